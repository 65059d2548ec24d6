import Foundation

func naturalLogarithm(_ x: Double) -> Double { log(x) }
