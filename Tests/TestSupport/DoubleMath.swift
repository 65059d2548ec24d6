import Foundation

package func exponential(_ x: Double) -> Double { exp(x) }
package func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
package func naturalLogarithm(_ x: Double) -> Double { log(x) }
