// zlib, as a Clang module: zlib1g-dev on Debian, part of the SDK on macOS. Only Lessons/MNIST/GzipStream.swift
// imports it.
#include <zlib.h>
