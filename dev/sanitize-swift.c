// A library to preload, which tells the thread sanitizer what Swift's own libraries do. They are compiled without it, so
// that what passes from one thread to another by them alone would look like a race:
//
//   - what Synchronization.Mutex guards, where a thread had to wait for it. The short way of locking and unlocking, when
//     nobody waits, is in the program itself, where the sanitizer sees its atomic instruction;
//   - what a continuation was resumed with before its task came to wait for it. Where the task waits, Swift's library
//     tells the sanitizer so itself.
//
// dev/sanitize.sh builds it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))
#define ASYNC __attribute__((swiftasynccall))
// Synchronization._MutexHandle._lockSlow(_: UInt32) and _unlockSlow(), of Swift's library for Linux.
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

// Absent from programs without the sanitizer, which are preloaded, too.
__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

static void *next(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (!found) abort();
  return found;
}

SWIFT void lock_slow(uint32_t thread, SELF void *lock) __asm__(LOCK_SLOW);
SWIFT void unlock_slow(SELF void *lock) __asm__(UNLOCK_SLOW);

// The address is that of the atomic word, which the short way uses as well.
SWIFT void lock_slow(uint32_t thread, SELF void *lock) {
  ((SWIFT void (*)(uint32_t, SELF void *))next(LOCK_SLOW))(thread, lock);
  if (__tsan_acquire) __tsan_acquire(lock);
}

SWIFT void unlock_slow(SELF void *lock) {
  if (__tsan_release) __tsan_release(lock);
  ((SWIFT void (*)(SELF void *))next(UNLOCK_SLOW))(lock);
}

__attribute__((weak)) SWIFT void *swift_task_getCurrent(void);

// Whoever resumes a continuation has released its task's address.
static void acquire_task(void) {
  if (!__tsan_acquire || !swift_task_getCurrent) return;
  void *task = swift_task_getCurrent();
  if (task) __tsan_acquire(task);
}

ASYNC void swift_continuation_await(void *context) {
  acquire_task();
  ASYNC void (*await)(void *) = next("swift_continuation_await");
  __attribute__((musttail)) return await(context);
}

// What an asynchronous call does first when it has come back. The checked continuations' way of waiting is within Swift's
// library, where it cannot be replaced.
SWIFT void swift_task_dealloc(void *memory) {
  acquire_task();
  ((SWIFT void (*)(void *))next("swift_task_dealloc"))(memory);
}
