// MPI, as far as training needs it. Its names are macros or of types that differ between Open MPI and MPICH, so that
// Swift can use neither: these functions hide them. Each returns 0, or MPI's error code. Only
// Communication/MPICommunicator.swift imports it.
#pragma once
#include <mpi.h>
#include <stddef.h>

static inline int cmpi_begin(void) {
  int provided = 0;
  int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided);
  if (code != MPI_SUCCESS) return code;
  if (provided < MPI_THREAD_SERIALIZED) return MPI_ERR_OTHER;
  // An error is a code for who called, not the end of the program.
  return MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
}

static inline int cmpi_end(void) { return MPI_Finalize(); }

static inline int cmpi_rank(int *rank) { return MPI_Comm_rank(MPI_COMM_WORLD, rank); }

static inline int cmpi_size(int *size) { return MPI_Comm_size(MPI_COMM_WORLD, size); }

// Bytes to and from another process, under way.
typedef struct {
  MPI_Request requests[2];
} cmpi_exchange;

static inline int cmpi_begin_exchange(
    const void *sent, int sent_bytes, void *received, int received_bytes, int peer, cmpi_exchange *exchange) {
  int code = MPI_Irecv(received, received_bytes, MPI_BYTE, peer, 0, MPI_COMM_WORLD, &exchange->requests[0]);
  if (code != MPI_SUCCESS) return code;
  return MPI_Isend(sent, sent_bytes, MPI_BYTE, peer, 0, MPI_COMM_WORLD, &exchange->requests[1]);
}

// Makes it go on. `is_done` becomes 1 once all bytes are there and `sent` may be written to again.
static inline int cmpi_test_exchange(cmpi_exchange *exchange, int *is_done) {
  return MPI_Testall(2, exchange->requests, is_done, MPI_STATUSES_IGNORE);
}

// Ends all processes of the job.
static inline void cmpi_abort(int code) { MPI_Abort(MPI_COMM_WORLD, code); }

static inline int cmpi_error_text(int code, char *text, int *length) {
  return MPI_Error_string(code, text, length);
}

enum { cmpi_error_text_bytes = MPI_MAX_ERROR_STRING };
