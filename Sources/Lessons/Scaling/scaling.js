//<![CDATA[
"use strict";
// Lets a size and an amount of text be chosen on scaling's page, and says what the law makes of them; without it the page shows
// one size. The figure has the laws' numbers in data-values, and they are asked as ScalingLaw and ScalingResults do, in doubles
// too. The page lets this text run by its SHA-256, which stands in ScalingGallery+Script.swift.
(() => {
  const figure = document.getElementById("reach");
  const { law, drawn, sizes, size, tokens } = JSON.parse(figure.dataset.values);
  const [least, most] = [5, 11];

  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const draw = (name, attributes, parent, text = "") => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    parent.append(element);
    return element;
  };
  const short = (value) => {
    for (const [unit, suffix] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
      if (value >= unit) return Number((value / unit).toPrecision(3)) + suffix;
    }
    return String(Number(value.toPrecision(3)));
  };
  const lasting = (seconds) => {
    for (const [unit, name] of [[31557600, "years"], [86400, "days"], [3600, "hours"], [60, "minutes"]]) {
      if (seconds >= 2 * unit) return `${short(seconds / unit)} ${name}`;
    }
    return `${short(seconds)} seconds`;
  };

  /** L(N, D) = E + A / N^α + B / D^β, of the five numbers' logarithms. */
  const loss = ([logE, logA, logB, alpha, beta], n, d) =>
    Math.exp(logE) + Math.exp(logA - alpha * Math.log(n)) + Math.exp(logB - beta * Math.log(d));
  /** The 5th and the 95th percentile, by the nearest rank. */
  const range = (values) => {
    const sorted = values.sort((a, b) => a - b);
    const rank = (share) => sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))];
    return [rank(0.05), rank(0.95)];
  };
  const ask = (n, d) => ({ loss: loss(law, n, d), range: range(drawn.map((other) => loss(other, n, d))) });

  const choice = make("input", { type: "range", min: 0, max: sizes.length - 1, step: 1, "aria-label": "size of the model" });
  const amount = make("input", { type: "range", min: least, max: most, step: 0.05, "aria-label": "tokens, as a power of ten" });
  const speed = make("input", { type: "number", min: 1, max: 1e9, value: 500, "aria-label": "GFLOP/s that training reaches" });
  const named = make("output"), counted = make("output"), said = make("p", { class: "said", "aria-live": "polite" });
  choice.value = sizes.findIndex(({ name }) => name === size);
  amount.value = Math.log10(tokens);
  const svg = figure.querySelector("svg");

  const drawReach = ({ parameters, measured }, at) => {
    const [width, height, left, top, right, bottom] = [380, 320, 32, 24, 362, 272];
    const places = Array.from({ length: 61 }, (_, index) => least + (most - least) * index / 60);
    const asked = places.map((place) => ask(parameters, 10 ** place));
    const highest = Math.ceil(Math.max(...asked.map((one) => one.range[1]), ...measured.map((one) => one[1])));
    const x = (power) => left + (right - left) * (power - least) / (most - least);
    const y = (value) => bottom - (bottom - top) * Math.min(value, highest) / highest;
    const path = (values) => values.map((value, index) => `${x(places[index]).toFixed(1)},${y(value).toFixed(1)}`);
    svg.replaceChildren();
    svg.setAttribute("class", "chart touched");
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    for (let value = 0; value <= highest; value += Math.ceil(highest / 8)) {
      draw("line", { x1: left, x2: right, y1: y(value), y2: y(value), class: "grid" }, svg);
      draw("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end" }, svg, String(value));
    }
    for (let power = least; power <= most; power++) {
      draw("text", { x: x(power), y: bottom + 20, "text-anchor": "middle" }, svg, short(10 ** power));
    }
    draw("text", { x: (left + right) / 2, y: bottom + 40, "text-anchor": "middle" }, svg, "tokens");
    draw("text", { x: 4, y: 12 }, svg, "loss, nats a token");
    draw("polygon", {
      points: [...path(asked.map((one) => one.range[1])), ...path(asked.map((one) => one.range[0])).reverse()].join(" "),
      class: "band", style: "fill:var(--series-0);fill-opacity:.18",
    }, svg);
    draw("polyline", {
      points: path(asked.map((one) => one.loss)).join(" "), class: "line", fill: "none", style: "stroke:var(--series-0);stroke-width:2.5",
    }, svg);
    draw("line", { x1: x(at), x2: x(at), y1: top, y2: bottom, class: "mark" }, svg);
    for (const [d, value] of measured) {
      const circle = draw("circle", { cx: x(Math.log10(d)), cy: y(value), r: 4, class: "run", style: "fill:var(--series-1)" }, svg);
      draw("title", {}, circle, `measured: ${value.toFixed(4)} after ${short(d)} tokens`);
    }
  };

  const show = () => {
    const chosen = sizes[Number(choice.value)], at = Number(amount.value), d = 10 ** at;
    const found = ask(chosen.parameters, d);
    const operations = 6 * chosen.parameters * d;
    const rate = Number(speed.value);
    named.textContent = `${chosen.name}, ${short(chosen.parameters)} parameters`;
    counted.textContent = short(d);
    svg.setAttribute("aria-label", `What the law says of ${chosen.name}, and where nine tenths of the laws have it`);
    drawReach(chosen, at);
    said.textContent = `${chosen.name} of ${short(d)} tokens: ${found.loss.toFixed(3)} nats a token, nine tenths from `
      + `${found.range[0].toFixed(3)} to ${found.range[1].toFixed(3)}. ${operations.toExponential(2).replace("e+", "·10^")} operations`
      + (rate > 0 ? `, ${lasting(operations / rate / 1e9)} at ${short(rate)} GFLOP/s.` : ".");
  };
  for (const field of [choice, amount, speed]) field.addEventListener("input", show);
  figure.querySelector("figcaption").append(make("div", { class: "controls" },
    make("label", { class: "slider" }, make("span", {}, "size"), choice, named),
    make("label", { class: "slider" }, make("span", {}, "tokens"), amount, counted),
    make("label", { class: "slider" }, make("span", {}, "GFLOP/s, as gpt2 train prints"), speed), said));
  show();
  // For the check of this page.
  figure.ask = (name, d) => ask(sizes.find((one) => one.name === name).parameters, d);
})();
//]]>
