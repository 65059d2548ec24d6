/// A formula that is no network: how fast a tyre wears. Backpropagation is the chain rule, and takes any formula.
///
/// The formula is made up, in the form that engineers give such laws; its numbers are no measurements.
///
///     wear = 0.05 · (v / 100)^2.1 · e^((T − 20) / 30) · (1 − 0.4 · tanh(2h))     mm in 1000 km
package struct TyreWear: Sendable, Encodable {
  /// In km/h, above 0.
  package var speed: Double
  /// Of the road, in °C.
  package var temperature: Double
  /// From 0 to 1.
  package var humidity: Double

  package init(speed: Double, temperature: Double, humidity: Double) {
    self.speed = speed
    self.temperature = temperature
    self.humidity = humidity
  }

  /// The formula, with {names} in place of the inputs and what is raised between two ^.
  static let formula =
    "wear = 0.05 · ({speed} / 100)^2.1^ · e^(({temperature} − 20) / 30)^ · (1 − 0.4 · tanh(2 · {humidity}))"

  /// How the wear changes with each of them, by itself.
  package struct Sensitivity: Sendable, Encodable {
    package var wear: Double
    /// In mm per 1000 km and km/h; °C; 1.
    package var bySpeed: Double
    package var byTemperature: Double
    package var byHumidity: Double
  }

  /// The graph of the computation, its gradients filled in.
  package func graph() -> (wear: Value, sensitivity: Sensitivity) {
    let v = Value(speed, name: "speed")
    let t = Value(temperature, name: "temperature")
    let h = Value(humidity, name: "humidity")
    let bySpeed = (v / 100).power(2.1) * 0.05
    let byHeat = ((t - 20) / 30).exponential()
    let byRain = 1 - (h * 2).hyperbolicTangent() * 0.4
    let wear = bySpeed * byHeat * byRain
    wear.name = "wear"
    wear.backward()
    let sensitivity = Sensitivity(
      wear: wear.data, bySpeed: v.gradient, byTemperature: t.gradient, byHumidity: h.gradient)
    return (wear, sensitivity)
  }
}
