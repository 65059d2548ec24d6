//<![CDATA[
"use strict";
// Lets a text be typed on attention's page and shows what the head does with it, step by step; without it the page shows one
// text. The figure has the head's numbers in data-values, before and after its training, and the passes are RecallHead's, in
// doubles too. The page lets this text run by its SHA-256, which stands in AttentionGallery+Script.swift.
(() => {
  const figure = document.getElementById("recall");
  const { characters, channels, headSize, text, before, after } = JSON.parse(figure.dataset.values);
  const size = characters.length, longest = 24;

  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const draw = (name, attributes, parent) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    parent.append(element);
    return element;
  };
  const fixed = (value, decimals) => value.toFixed(decimals).replace(/^-(?=0*\.?0*$)/, "").replace("-", "−");
  const percent = (value) => fixed(100 * value, 1) + " %";

  const range = (count) => Array.from({ length: count }, (_, index) => index);
  const dot = (a, b) => a.reduce((sum, value, index) => sum + value * b[index], 0);
  /** (n, k) times (k, m), rows as arrays. */
  const times = (a, b) => a.map((row) => range(b[0].length).map((column) =>
    row.reduce((sum, value, index) => sum + value * b[index][column], 0)));
  const softmax = (row) => {
    const largest = Math.max(...row), powers = row.map((value) => Math.exp(value - largest));
    const total = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / total);
  };

  /** The six matrices, in the order of HeadTensor. */
  const matrices = (encoded) => {
    const numbers = new Float64Array(Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0)).buffer);
    let at = 0;
    const next = (rows, columns) => range(rows).map(() => [...numbers.subarray(at, at += columns)]);
    const [token, previous] = [next(size, channels), next(size, channels)];
    const [query, key, value] = [next(channels, headSize), next(channels, headSize), next(channels, headSize)];
    return { token, previous, query, key, value, output: next(headSize, size) };
  };
  const heads = [matrices(before), matrices(after)];

  /** The forward pass over tokens, line by line as in RecallHead. */
  const read = (head, tokens) => {
    const inputs = tokens.map((token, t) => head.token[token].map((value, channel) =>
      value + (t > 0 ? head.previous[tokens[t - 1]][channel] : 0)));
    const [queries, keys, values] = [times(inputs, head.query), times(inputs, head.key), times(inputs, head.value)];
    const products = queries.map((query) => keys.map((key) => dot(query, key)));
    const scores = products.map((row, t) => row.map((product, other) => other > t ? -Infinity : product / Math.sqrt(headSize)));
    const weights = scores.map(softmax);
    const outputs = times(weights, values);
    const logits = times(outputs, head.output);
    return { products, scores, weights, outputs, logits, probabilities: logits.map(softmax), votes: times(values, head.output) };
  };

  const field = make("input", { type: "text", value: text, maxlength: longest, spellcheck: "false", autocomplete: "off", autocapitalize: "off" });
  const said = make("p", { class: "said", "aria-live": "polite" });
  const place = make("input", { type: "range", min: 0, step: 1, "aria-label": "position that looks back" });
  const where = make("output");
  const buttons = ["before training", "after training"].map((name, index) => {
    const button = make("button", { type: "button" }, name);
    button.addEventListener("click", () => { chosen = index; show(); });
    return button;
  });
  const svg = figure.querySelector("svg");
  // In place of the table that is there.
  const steps = document.querySelector('[role="region"][aria-label$="step by step"]');
  let chosen = 1, tokens = [];

  const drawMap = (weights, row) => {
    const count = tokens.length, cell = 400 / Math.max(count, 9), left = 30, top = 30;
    svg.replaceChildren();
    svg.setAttribute("class", "chart touched");
    svg.setAttribute("viewBox", `0 0 440 ${fixed(top + count * cell + 10, 1)}`);
    svg.setAttribute("aria-label", "How much each character, a row, takes from itself and those before it, the columns");
    tokens.forEach((token, t) => {
      const middle = (t + 0.5) * cell + 4;
      draw("text", { x: left - 8, y: top + middle, "text-anchor": "end" }, svg).textContent = characters[token];
      draw("text", { x: left + middle - 4, y: top - 8, "text-anchor": "middle" }, svg).textContent = characters[token];
      for (let other = 0; other <= t; other++) {
        const weight = weights[t][other];
        const square = draw("rect", {
          x: left + other * cell, y: top + t * cell, width: cell, height: cell, class: "axis",
          style: `fill:color-mix(in srgb,var(--series-0) ${(100 * weight).toFixed(2)}%,var(--surface));cursor:pointer`,
        }, svg);
        draw("title", {}, square).textContent = `${characters[token]} takes ${percent(weight)} from ${characters[tokens[other]]}`;
        square.addEventListener("click", () => { place.value = t; show(); });
      }
    });
    draw("rect", {
      x: left, y: top + row * cell, width: (row + 1) * cell, height: cell, fill: "none",
      style: "stroke:var(--series-1);stroke-width:2.5;pointer-events:none",
    }, svg);
  };

  /** One row of the matrix, in numbers: what is asked of each position, and what comes of it. */
  const writeSteps = ({ products, scores, weights, votes }, row, winner) => {
    const cells = (name, values) => make("tr", {}, ...values.map((value, index) =>
      make(name, index > 2 ? { class: "number" } : {}, value)));
    const lines = tokens.slice(0, row + 1).map((token, other) => cells("td", [
      String(other), characters[token], other > 0 ? characters[tokens[other - 1]] : "–", fixed(products[row][other], 3),
      fixed(scores[row][other], 3), fixed(weights[row][other], 4), fixed(votes[other][winner], 2),
      fixed(weights[row][other] * votes[other][winner], 3)]));
    const sum = weights[row].slice(0, row + 1).reduce((total, weight, other) => total + weight * votes[other][winner], 0);
    const total = cells("td", ["sum", "", "", "", "", "1", "", fixed(sum, 3)]);
    steps.replaceChildren(make("table", { style: "min-width:46rem" },
      make("thead", {}, cells("th", ["position", "token", "before it", "q·k", "q·k / √h", "weight",
        `its say for ${characters[winner]}`, "weight × say"])),
      make("tbody", {}, ...lines, total)));
  };

  const show = () => {
    const typed = field.value.toLowerCase().replace(/\s/g, "");
    const stranger = [...typed].find((character) => !characters.includes(character));
    if (stranger !== undefined || typed === "") {
      said.textContent = stranger === undefined ? "Type a text: a letter, its digit, a letter, its digit …"
        : `It has no “${stranger}”: its characters are ${characters}.`;
      return;
    }
    const length = tokens.length;
    tokens = [...typed].map((character) => characters.indexOf(character));
    place.max = tokens.length - 1;
    if (length !== tokens.length) place.value = tokens.length - 1;
    const row = Number(place.value);
    const pass = read(heads[chosen], tokens);
    const probabilities = pass.probabilities[row];
    const order = range(size).sort((a, b) => probabilities[b] - probabilities[a]);
    const strongest = pass.weights[row].indexOf(Math.max(...pass.weights[row]));
    buttons.forEach((button, index) => button.setAttribute("aria-pressed", index === chosen));
    where.textContent = `${row}: ${characters[tokens[row]]}`;
    drawMap(pass.weights, row);
    writeSteps(pass, row, order[0]);
    said.textContent = `After “${typed.slice(0, row + 1)}” it looks most at position ${strongest}, “${characters[tokens[strongest]]}” `
      + `(${percent(pass.weights[row][strongest])}), and expects `
      + order.slice(0, 3).map((token) => `${characters[token]} ${percent(probabilities[token])}`).join(", ") + ".";
  };
  field.addEventListener("input", show);
  place.addEventListener("input", show);
  figure.querySelector("figcaption").append(make("div", { class: "controls" },
    make("p", {}, `Type up to ${longest} of the characters ${characters}. Each row of the picture is a character that looks back; press one, `
      + "or move the slider, and its numbers are in the table below."),
    make("label", { class: "slider" }, make("span", {}, "a text"), field),
    make("label", { class: "slider" }, make("span", {}, "position that looks"), place, where),
    make("div", { class: "buttons" }, ...buttons), said));
  for (const title of [figure.querySelector("h2"), steps.parentElement.querySelector("h2")]) {
    title.textContent = title.textContent.replace(", after training", "").replace("The last character's look back", "That look back");
  }
  show();
  // For the check of this page.
  figure.read = (typed, isTrained) => {
    const { weights, probabilities } = read(heads[Number(isTrained)], [...typed].map((character) => characters.indexOf(character)));
    return { weights, probabilities };
  };
})();
//]]>
