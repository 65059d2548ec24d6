// A library to preload: makes one system call of a program fail, the FAULTS_AT-th of a family. dev/faults/faults.py
// builds it, counts the calls of a command that works, and makes each of them fail in turn.
//
//   FAULTS_STATE    a file of the size of `struct state`, all zero, which several processes share: counts of calls by
//                   family, and of those that failed
//   FAULTS_FAMILY   write, fsync, rename, open, mmap, malloc, ...; none only counts
//   FAULTS_AT       which of them, from 1
//   FAULTS_ERROR    the errno; 0 for half a write, which is no error
//   FAULTS_LASTING  1 if all later ones fail, too, as on a disk that is full
//
// Only calls of the program itself count, and its memory through Swift's library: what the loader, OpenBLAS or Dispatch
// ask for is their affair. Descriptors 0 to 2 do not count. Memory counts from 64 KiB on.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OPEN, READ, WRITE, FSYNC, CLOSE, RENAME, LINK, MKDIR, TRUNCATE, FLOCK, MMAP, MALLOC, FAMILIES };
static const char *const names[FAMILIES] = {"open", "read",  "write",    "fsync", "close", "rename",
                                            "link", "mkdir", "truncate", "flock", "mmap",  "malloc"};

struct state {
  _Atomic long counts[FAMILIES];
  _Atomic long failed;
};

static struct state *state;
static int chosen = -1, error_number, lasting;
static long chosen_at;
static uintptr_t program_start, program_end, swift_start, swift_end;

static int look(struct dl_phdr_info *info, size_t size, void *unused) {
  (void)size, (void)unused;
  uintptr_t first = UINTPTR_MAX, last = 0;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    if (info->dlpi_phdr[i].p_type != PT_LOAD) continue;
    uintptr_t start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
    if (start < first) first = start;
    if (start + info->dlpi_phdr[i].p_memsz > last) last = start + info->dlpi_phdr[i].p_memsz;
  }
  if (!info->dlpi_name[0] && !program_end) program_start = first, program_end = last;
  if (strstr(info->dlpi_name, "libswiftCore")) swift_start = first, swift_end = last;
  return 0;
}

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("FAULTS_STATE"), *family = getenv("FAULTS_FAMILY");
  if (!path) return;
  dl_iterate_phdr(look, NULL);
  const char *at = getenv("FAULTS_AT"), *number = getenv("FAULTS_ERROR"), *all = getenv("FAULTS_LASTING");
  chosen_at = at ? atol(at) : 0;
  error_number = number ? atoi(number) : EIO;
  lasting = all && *all == '1';
  for (int i = 0; family && i < FAMILIES; i++)
    if (strcmp(family, names[i]) == 0) chosen = i;
  int descriptor = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
  if (descriptor < 0) _exit(125);
  void *memory = (void *)syscall(SYS_mmap, NULL, sizeof(struct state), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  syscall(SYS_close, descriptor);
  if (memory == MAP_FAILED) _exit(125);
  state = memory;
}

static int is_ours(int family, void *caller) {
  uintptr_t address = (uintptr_t)caller;
  if (address >= program_start && address < program_end) return 1;
  return family == MALLOC && address >= swift_start && address < swift_end;
}

// Whether this call is to fail.
static int fails(int family, void *caller) {
  if (!state || !is_ours(family, caller)) return 0;
  long number = atomic_fetch_add(&state->counts[family], 1) + 1;
  if (family != chosen || number < chosen_at || (number > chosen_at && !lasting)) return 0;
  atomic_fetch_add(&state->failed, 1);
  errno = error_number;
  return 1;
}

static int fails_at(int family, void *caller, int descriptor) { return descriptor > 2 && fails(family, caller); }

// Who holds a run's lock is written into it for people alone: nothing depends on that.
static int is_lock(int descriptor) {
  char link[32], path[512];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path);
  return length >= 9 && memcmp(path + length - 9, "/run.lock", 9) == 0;
}

#define CALLER __builtin_return_address(0)

// MARK: - Files

static int mode_of(int flags, va_list list) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(list, int) : 0; }

#define OPENING(name)                                              \
  int name(const char *path, int flags, ...) {                     \
    va_list list;                                                  \
    va_start(list, flags);                                         \
    int mode = mode_of(flags, list);                               \
    va_end(list);                                                  \
    if (fails(OPEN, CALLER)) return -1;                      \
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);  \
  }
OPENING(open)
OPENING(open64)

#define OPENING_AT(name)                                           \
  int name(int folder, const char *path, int flags, ...) {         \
    va_list list;                                                  \
    va_start(list, flags);                                         \
    int mode = mode_of(flags, list);                               \
    va_end(list);                                                  \
    if (fails(OPEN, CALLER)) return -1;                      \
    return (int)syscall(SYS_openat, folder, path, flags, mode);    \
  }
OPENING_AT(openat)
OPENING_AT(openat64)

ssize_t read(int descriptor, void *bytes, size_t count) {
  if (fails_at(READ, CALLER, descriptor)) return -1;
  return syscall(SYS_read, descriptor, bytes, count);
}

ssize_t pread(int descriptor, void *bytes, size_t count, off_t offset) {
  if (fails_at(READ, CALLER, descriptor)) return -1;
  return syscall(SYS_pread64, descriptor, bytes, count, offset);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  if (!is_lock(descriptor) && fails_at(WRITE, CALLER, descriptor)) {
    if (error_number) return -1;
    count = count > 1 ? count / 2 : count;
  }
  return syscall(SYS_write, descriptor, bytes, count);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
  if (!is_lock(descriptor) && fails_at(WRITE, CALLER, descriptor)) {
    if (error_number) return -1;
    count = count > 1 ? count / 2 : count;
  }
  return syscall(SYS_pwrite64, descriptor, bytes, count, offset);
}

int fsync(int descriptor) { return fails_at(FSYNC, CALLER, descriptor) ? -1 : (int)syscall(SYS_fsync, descriptor); }

int fdatasync(int descriptor) {
  return fails_at(FSYNC, CALLER, descriptor) ? -1 : (int)syscall(SYS_fdatasync, descriptor);
}

// The descriptor is closed all the same, as Linux does.
int close(int descriptor) {
  int failing = fails_at(CLOSE, CALLER, descriptor);
  int result = (int)syscall(SYS_close, descriptor);
  if (!failing) return result;
  errno = error_number;
  return -1;
}

int ftruncate(int descriptor, off_t size) {
  return fails_at(TRUNCATE, CALLER, descriptor) ? -1 : (int)syscall(SYS_ftruncate, descriptor, size);
}

int flock(int descriptor, int operation) {
  return fails_at(FLOCK, CALLER, descriptor) ? -1 : (int)syscall(SYS_flock, descriptor, operation);
}

// MARK: - Names

int rename(const char *old, const char *new) {
  return fails(RENAME, CALLER) ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, old, AT_FDCWD, new, 0);
}

int renameat(int old_folder, const char *old, int new_folder, const char *new) {
  return fails(RENAME, CALLER) ? -1 : (int)syscall(SYS_renameat2, old_folder, old, new_folder, new, 0);
}

int renameat2(int old_folder, const char *old, int new_folder, const char *new, unsigned flags) {
  return fails(RENAME, CALLER) ? -1 : (int)syscall(SYS_renameat2, old_folder, old, new_folder, new, flags);
}

int link(const char *old, const char *new) {
  return fails(LINK, CALLER) ? -1 : (int)syscall(SYS_linkat, AT_FDCWD, old, AT_FDCWD, new, 0);
}

int linkat(int old_folder, const char *old, int new_folder, const char *new, int flags) {
  return fails(LINK, CALLER) ? -1 : (int)syscall(SYS_linkat, old_folder, old, new_folder, new, flags);
}

int mkdir(const char *path, mode_t mode) {
  return fails(MKDIR, CALLER) ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int mkdirat(int folder, const char *path, mode_t mode) {
  return fails(MKDIR, CALLER) ? -1 : (int)syscall(SYS_mkdirat, folder, path, mode);
}

// MARK: - Memory

#define MAPPING(name)                                                                            \
  void *name(void *start, size_t size, int protection, int flags, int descriptor, off_t offset) { \
    if (fails(MMAP, CALLER)) return MAP_FAILED;            \
    return (void *)syscall(SYS_mmap, start, size, protection, flags, descriptor, offset);        \
  }
MAPPING(mmap)
MAPPING(mmap64)

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static int is_refused(size_t size, void *caller) { return size >= 1 << 16 && fails(MALLOC, caller); }

void *malloc(size_t size) { return is_refused(size, CALLER) ? NULL : __libc_malloc(size); }
void *realloc(void *old, size_t size) { return is_refused(size, CALLER) ? NULL : __libc_realloc(old, size); }

void *calloc(size_t count, size_t size) {
  size_t bytes = 0;
  if (!__builtin_mul_overflow(count, size, &bytes) && is_refused(bytes, CALLER)) return NULL;
  return __libc_calloc(count, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  return is_refused(size, CALLER) ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  if (is_refused(size, CALLER)) return ENOMEM;
  *memory = __libc_memalign(alignment, size);
  return *memory ? 0 : ENOMEM;
}
