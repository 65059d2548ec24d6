// Makes loopback as slow as a network: preloaded (LD_PRELOAD) into both processes, it lets no TCP connection send more
// than PACE bytes a second. The system paces them itself, so nobody computes less for it.
//
//   cc -shared -fPIC -O2 -o pace.so dev/exchange/pace.c -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/socket.h>

#ifndef SO_MAX_PACING_RATE
#define SO_MAX_PACING_RATE 47
#endif

static void pace(int socket) {
  const char *text = getenv("PACE");
  const unsigned long rate = text ? strtoul(text, NULL, 10) : 0;
  if (rate > 0) setsockopt(socket, SOL_SOCKET, SO_MAX_PACING_RATE, &rate, sizeof rate);
}

int connect(int socket, const struct sockaddr *address, socklen_t length) {
  int (*next)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "connect");
  if (address->sa_family == AF_INET) pace(socket);
  return next(socket, address, length);
}

int accept(int socket, struct sockaddr *restrict address, socklen_t *restrict length) {
  int (*next)(int, struct sockaddr *restrict, socklen_t *restrict) = dlsym(RTLD_NEXT, "accept");
  const int accepted = next(socket, address, length);
  if (accepted >= 0) pace(accepted);
  return accepted;
}
