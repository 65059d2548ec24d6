import Foundation

func exponential(_ x: Double) -> Double { exp(x) }
func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
func naturalLogarithm(_ x: Double) -> Double { log(x) }
