// MPI, as far as training needs it. Its names are macros or of types that differ between Open MPI and MPICH, so that
// Swift can use neither: these functions hide them. Each returns 0, or MPI's error code. Only
// Communication/MPICommunicator.swift imports it.
#pragma once
#include <fcntl.h>
#include <mpi.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

// A number that goes on its way beside all exchanges, whether or not it arrives.
static inline int cmpi_send_notice(int number, int peer) {
  // MPI reads it when it likes; there are few numbers.
  static int numbers[4097];
  if (number < -1 || number > 4095) return MPI_ERR_ARG;
  numbers[number + 1] = number;
  MPI_Request request;
  int code = MPI_Isend(&numbers[number + 1], 1, MPI_INT, peer, 1, MPI_COMM_WORLD, &request);
  return code == MPI_SUCCESS ? MPI_Request_free(&request) : code;
}

// The next number that has arrived, and from whom; `is_there` becomes 0 if there is none.
static inline int cmpi_next_notice(int *number, int *sender, int *is_there) {
  MPI_Status status;
  int code = MPI_Iprobe(MPI_ANY_SOURCE, 1, MPI_COMM_WORLD, is_there, &status);
  if (code != MPI_SUCCESS || !*is_there) return code;
  *sender = status.MPI_SOURCE;
  return MPI_Recv(number, 1, MPI_INT, *sender, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

// Ends all processes of the job.
static inline void cmpi_abort(int code) { MPI_Abort(MPI_COMM_WORLD, code); }

// Whether a process is one of Open MPI's launchers: not a shell, nor another system's, which end a job themselves.
static inline int cmpi_is_launcher(pid_t process) {
  static const char *const names[] = {"mpirun\n", "mpiexec\n", "orterun\n", "orted\n", "prterun\n", "prted\n"};
  char path[40], name[32] = {0};
  snprintf(path, sizeof path, "/proc/%d/comm", (int)process);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  ssize_t count = read(file, name, sizeof name - 1);
  close(file);
  for (size_t index = 0; count > 0 && index < sizeof names / sizeof *names; ++index)
    if (strcmp(name, names[index]) == 0) return 1;
  return 0;
}

// Ends the launcher that started this process, if some seconds after an abort it is still there: Open MPI's waits for a
// machine that it can no longer reach, for as long as TCP tries, and asked to end it crashes. What
// it leaves on other machines ends with the connection to it. That takes a process of its own, as this one ends with the
// abort.
static inline void cmpi_end_launcher(unsigned seconds) {
  pid_t launcher = getppid();
  if (!cmpi_is_launcher(launcher) || fork() != 0) return;
  setsid();
  // The launcher may wait for the end of what is printed.
  for (int descriptor = 0; descriptor < 256; ++descriptor) close(descriptor);
  sleep(seconds);
  // Its number may be another's by now.
  if (cmpi_is_launcher(launcher)) kill(launcher, SIGKILL);
  _exit(0);
}

static inline int cmpi_error_text(int code, char *text, int *length) {
  return MPI_Error_string(code, text, length);
}

enum { cmpi_error_text_bytes = MPI_MAX_ERROR_STRING };
