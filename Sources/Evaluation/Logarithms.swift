import GPT2Platform

func exponential(_ x: Double) -> Double { exp(x) }

/// Nats in a bit: ln 2.
let natsPerBit = log(2.0)
