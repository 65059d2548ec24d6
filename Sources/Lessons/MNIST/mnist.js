//<![CDATA[
// Lets a digit be drawn on mnist's page and hidden units be switched off; without it the page shows what the program drew.
// The figure has the network's numbers in data-values, and the passes are DigitNetwork's. The page lets digits.js and this
// text behind it run by the SHA-256 of both, which stands in MNISTLesson+Script.swift.
(() => {
  const { make, button, fixed, softmax } = digits;
  const figure = document.getElementById("samples");
  const samples = JSON.parse(figure.dataset.values);
  const { rows, columns, classes, hidden, parameters } = samples;
  const inputs = rows * columns;
  const numbers = digits.floats(parameters);
  let at = 0;
  const next = (count) => numbers.subarray(at, at += count);
  const [weight1, bias1, weight2, bias2] = [next(hidden * inputs), next(hidden), next(classes * hidden), next(classes)];
  const isOff = new Array(hidden).fill(false);

  const gelu = (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));

  /** (hidden): what the units give, whether they are on or off. */
  const unitsOf = (x) => Float64Array.from(bias1, (bias, unit) => {
    let sum = bias;
    for (let input = 0, row = unit * inputs; input < inputs; input++) sum += weight1[row + input] * x[input];
    return gelu(sum);
  });

  /** (classes): the logits, without the units that are off. */
  const logitsOf = (units, off) => Float64Array.from(bias2, (bias, digit) => {
    let sum = bias;
    for (let unit = 0; unit < hidden; unit++) if (!off[unit]) sum += weight2[digit * hidden + unit] * units[unit];
    return sum;
  });

  const switches = Array.from(isOff, (_, unit) => {
    const element = button("", () => {
      const units = unitsOf(pad.pixels()), before = logitsOf(units, isOff);
      isOff[unit] = !isOff[unit];
      const after = logitsOf(units, isOff);
      const change = Math.max(...after.map((logit, digit) => Math.abs(logit - before[digit])));
      show(`Unit ${unit} gives ${fixed(units[unit], 4)}; ${isOff[unit] ? "off" : "on"}, the logits change by `
        + (change === 0 ? "nothing." : `${fixed(change, 4)} at most.`));
    });
    element.setAttribute("aria-pressed", "false");
    return element;
  });
  const said = make("p", { class: "said", "aria-live": "polite" });
  const bars = digits.bars(classes);

  const show = (news = "") => {
    const units = unitsOf(pad.pixels()), probabilities = softmax(logitsOf(units, isOff));
    bars.show(probabilities);
    const largest = Math.max(...units.map(Math.abs), 1e-9);
    switches.forEach((element, unit) => {
      element.setAttribute("aria-pressed", String(isOff[unit]));
      element.setAttribute("aria-label", `unit ${unit}, ${fixed(units[unit], 4)}, ${isOff[unit] ? "off" : "on"}`);
      element.title = `unit ${unit}: ${fixed(units[unit], 4)}`;
      element.style.setProperty("--strength", String(Math.abs(units[unit]) / largest));
      element.textContent = isOff[unit] ? "×" : "";
    });
    const off = isOff.filter((is) => is).length;
    said.textContent = (news ? news + " " : "") + digits.verdict(probabilities)
      + (off > 0 ? `, with ${off} of ${hidden} units off.` : ".");
  };
  const pad = digits.pad(samples, () => show());

  const switchOff = (which) => () => {
    const units = unitsOf(pad.pixels()), before = softmax(logitsOf(units, isOff));
    units.forEach((value, unit) => { isOff[unit] = which(value); });
    const after = softmax(logitsOf(units, isOff));
    const change = Math.max(...after.map((value, digit) => Math.abs(value - before[digit])));
    show(`The probability that changes most changes by ${fixed(100 * change, 4)} percentage points.`);
  };

  figure.querySelector("figcaption").append(make("div", { class: "controls" },
    ...digits.drawing(samples, pad, bars, said),
    make("p", {}, "The hidden units, the stronger the further from 0 what they give. Press one to switch it off:"),
    make("div", { class: "units" }, ...switches),
    make("div", { class: "buttons" },
      button("switch off all that give 0.00", switchOff((value) => Math.abs(value) < 0.005)),
      button("switch off all that do not", switchOff((value) => Math.abs(value) >= 0.005)),
      button("all on", switchOff(() => false)))));
  pad.choose(samples.images[0]);
  // For those who want to look at a number, and for the check of this page.
  figure.pixels = () => [...pad.pixels()];
  figure.drawnAgain = (index) => [...pad.drawnAgain(samples.images[index])];
  figure.read = (index) => [...softmax(logitsOf(unitsOf(digits.pixelsOf(samples.images[index])), isOff))];
})();
//]]>
