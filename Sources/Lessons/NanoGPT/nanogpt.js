//<![CDATA[
"use strict";
// Lets a head and a position be chosen on nanogpt's page, and shows where that head looks from there and what the model would
// say after each layer; without it the page shows all heads, small, and a table. The numbers are the program's, in data-values:
// nothing is computed here. The page lets this text run by its SHA-256, which stands in NanoGPTInside+Script.swift.
(() => {
  const figure = document.getElementById("attention");
  if (!figure) return;
  const { names, tokens, targets, layers, heads, listed, likeliest, ...encoded } = JSON.parse(figure.dataset.values);
  const floats = (text) => new Float32Array(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer);
  const [attention, probabilities, came] = [floats(encoded.attention), floats(encoded.probabilities), floats(encoded.came)];
  const count = tokens.length, triangle = count * (count + 1) / 2;
  /** The t + 1 weights of a head from position t. */
  const row = (layer, head, t) => {
    const start = (layer * heads + head) * triangle + t * (t + 1) / 2;
    return attention.subarray(start, start + t + 1);
  };

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
  const percent = (value) => (100 * value).toFixed(1) + " %";
  const signs = { "line end": "↵", space: "␣" };
  const sign = (token) => signs[names[token]] ?? names[token];
  const shade = (weight) => `color-mix(in srgb,var(--series-0) ${(100 * weight).toFixed(1)}%,var(--surface))`;

  let [layer, head] = [0, 0];
  const choices = (name, count, chosen) => [...Array(count).keys()].map((number) => {
    const button = make("button", { type: "button" }, `${name} ${number}`);
    button.addEventListener("click", () => { chosen(number); show(); });
    return button;
  });
  const layerButtons = choices("layer", layers, (number) => { layer = number; });
  const headButtons = choices("head", heads, (number) => { head = number; });
  const place = make("input", { type: "range", min: 0, max: count - 1, step: 1, value: count - 1, "aria-label": "position that looks back" });
  const where = make("output");
  const said = make("p", { class: "said", "aria-live": "polite" });

  // The text, shaded by how much the chosen position takes from each character.
  const letters = tokens.map((token, t) => {
    const letter = make("span", { style: "cursor:pointer" }, sign(token));
    letter.addEventListener("click", () => { place.value = t; show(); });
    return letter;
  });
  const line = make("p", { style: "font:16px/1.9 ui-monospace,monospace;overflow-wrap:anywhere;margin-top:.6rem" });
  letters.forEach((letter, t) => {
    line.append(letter);
    if (sign(tokens[t]) === "↵") line.append(make("br"));
  });

  // The small pictures choose a head, too.
  const images = [...figure.querySelectorAll("g.image")];
  images.forEach((image, index) => {
    image.setAttribute("style", "cursor:pointer");
    image.setAttribute("aria-label", image.querySelector("text").textContent);
    image.addEventListener("click", () => {
      [layer, head] = [Math.floor(index / heads), index % heads];
      show();
    });
  });

  // One head, large.
  const cell = 8, svg = draw("svg", {
    class: "chart", role: "img", viewBox: `0 0 ${count * cell + 2} ${count * cell + 2}`, style: "max-width:620px;margin-top:1rem",
  }, make("div"));
  const squares = [];
  for (let t = 0; t < count; t++) {
    for (let other = 0; other <= t; other++) {
      const square = draw("rect", { x: 1 + other * cell, y: 1 + t * cell, width: cell, height: cell, "shape-rendering": "crispEdges" }, svg);
      square.addEventListener("click", () => { place.value = t; show(); });
      squares.push(square);
    }
  }
  const frame = draw("path", { d: `M1 1v${count * cell}h${count * cell}z`, class: "axis", fill: "none", "pointer-events": "none" }, svg);
  const mark = draw("rect", { x: 1, height: cell, fill: "none", style: "stroke:var(--series-1);stroke-width:2;pointer-events:none" }, svg);
  frame.after(mark);

  const table = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "what it would say after each layer" });
  const writeLens = (t) => {
    const cells = (name, values) => make("tr", {}, ...values.map((value) => make(name, {}, value)));
    const rows = [...Array(layers + 1).keys()].map((blocks) => {
      const at = blocks * count + t;
      const list = [...Array(listed).keys()].map((number) =>
        `${names[likeliest[at * listed + number]]} ${percent(probabilities[at * listed + number])}`);
      return cells("td", [blocks === 0 ? "no layer" : blocks === layers ? `all ${layers}` : `${blocks}`, ...list, percent(came[at])]);
    });
    table.replaceChildren(make("table", { style: "min-width:44rem" },
      make("thead", {}, cells("th", ["layers", "likeliest", ...Array(Math.max(0, listed - 1)).fill(""), `${names[targets[t]]}, which came`])),
      make("tbody", {}, ...rows)));
  };

  const show = () => {
    const t = Number(place.value), weights = row(layer, head, t);
    layerButtons.forEach((button, number) => button.setAttribute("aria-pressed", number === layer));
    headButtons.forEach((button, number) => button.setAttribute("aria-pressed", number === head));
    where.textContent = `${t}: ${names[tokens[t]]}`;
    letters.forEach((letter, other) => {
      const outline = other === t ? ";outline:2px solid var(--series-1)" : "";
      letter.setAttribute("style", `cursor:pointer;background:${shade(weights[other] ?? 0)}${outline}${other > t ? ";opacity:.45" : ""}`);
      letter.setAttribute("title", other > t ? "comes later" : percent(weights[other]));
    });
    let index = 0;
    for (let looks = 0; looks < count; looks++) for (const weight of row(layer, head, looks)) squares[index++].style.fill = shade(weight);
    svg.setAttribute("aria-label", `Layer ${layer}, head ${head}: how much each character, a row, takes from those before it`);
    mark.setAttribute("y", 1 + t * cell);
    mark.setAttribute("width", (t + 1) * cell);
    images.forEach((image, number) => {
      image.querySelector(".chosen")?.remove();
      if (number !== layer * heads + head) return;
      const text = image.querySelector("text");
      draw("line", { class: "chosen", x1: Number(text.getAttribute("x")) - 40, x2: Number(text.getAttribute("x")) + 40,
        y1: Number(text.getAttribute("y")) + 5, y2: Number(text.getAttribute("y")) + 5, style: "stroke:var(--series-1);stroke-width:3" }, image);
    });
    const order = [...weights.keys()].sort((a, b) => weights[b] - weights[a]).slice(0, 3);
    said.textContent = `From position ${t}, “${names[tokens[t]]}”, layer ${layer}, head ${head} looks at `
      + order.map((other) => `${other}, “${names[tokens[other]]}” (${percent(weights[other])})`).join("; ") + ".";
    writeLens(t);
  };
  place.addEventListener("input", show);
  figure.querySelector("figcaption").append(make("div", { class: "controls" },
    make("div", { class: "buttons", role: "group", "aria-label": "layer" }, ...layerButtons),
    make("div", { class: "buttons", role: "group", "aria-label": "head" }, ...headButtons),
    make("label", { class: "slider" }, make("span", {}, "position that looks"), place, where), said));
  const title = (text) => make("h2", { style: "margin:1.2rem 0 .6rem" }, text);
  figure.querySelector("figcaption").after(
    line, svg, title("What it would say there after each layer"), table, title("All heads"));
  show();
  // For the check of this page.
  figure.weights = (layer, head, t) => [...row(layer, head, t)];
  figure.lens = (blocks, t) => {
    const at = blocks * count + t;
    return [...Array(listed).keys()].map((number) => [likeliest[at * listed + number], probabilities[at * listed + number]]);
  };
})();
//]]>
