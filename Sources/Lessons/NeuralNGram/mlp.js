//<![CDATA[
"use strict";
// Lets a name be typed on mlp's page, and shows what both models say comes next; without it the page shows one context. And
// lets the letters move to their places over the steps; without it there are the start, the middle and the end. The figures have
// their numbers in data-values; the passes are NeuralNGram's and NGramModel's. The page lets this text run by its SHA-256, which
// stands in NeuralNGramGallery+Script.swift.
(() => {
  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  /** The last still of the letters becomes one that moves; the others are hidden. */
  const move = (stills) => {
    const figure = stills[stills.length - 1];
    const { letters, steps, places, x, y } = JSON.parse(figure.dataset.values);
    const last = steps.length - 1;
    stills.slice(0, -1).forEach((still) => { still.hidden = true; });
    figure.querySelector("h2").textContent = "Letters as vectors, over the steps";
    // The drawing for wide screens and that for narrow ones, in each of which a letter's word is moved.
    const drawings = [...figure.querySelectorAll("svg")].map((svg) => {
      const [left, top, width, height] = svg.querySelector("g.regions").dataset.box.split(" ").map(Number);
      const words = [...svg.querySelectorAll(":scope > text")];
      return {
        words: [...letters].map((letter) => words.find((word) => word.firstChild.data === letter)),
        place: ([along, up]) => [
          left + (along - x[0]) / (x[1] - x[0]) * width, top + (y[1] - up) / (y[1] - y[0]) * height + 5],
      };
    });
    const input = make("input", { type: "range", min: 0, max: last, step: 1, value: last, "aria-label": "after step" });
    const output = make("output");
    const button = make("button", { type: "button" });
    let timer = null;
    const show = (index) => {
      for (const { words, place } of drawings) {
        words.forEach((word, letter) => {
          const [along, down] = place(places[index][letter]);
          word.setAttribute("x", 0);
          word.setAttribute("y", 0);
          word.style.transform = `translate(${along.toFixed(2)}px, ${down.toFixed(2)}px)`;
          word.querySelector("title").textContent = `${letters[letter]} (${places[index][letter].join(", ").replaceAll("-", "−")})`;
        });
      }
      input.value = index;
      output.textContent = `${steps[index]} of ${steps[last]}`;
    };
    const stop = () => {
      clearInterval(timer);
      timer = null;
      button.textContent = "play";
    };
    const play = () => {
      if (Number(input.value) === last) show(0);
      button.textContent = "stop";
      timer = setInterval(() => {
        show(Number(input.value) + 1);
        if (Number(input.value) === last) stop();
      }, 300);
    };
    button.addEventListener("click", () => timer === null ? play() : stop());
    input.addEventListener("input", () => {
      stop();
      show(Number(input.value));
    });
    figure.querySelector("figcaption").append(make("div", { class: "controls" },
      make("label", { class: "slider" }, make("span", {}, "after step"), input, output), make("div", { class: "buttons" }, button)));
    stop();
    show(last);
    // Only now, so that they do not fly in from a corner.
    figure.getBoundingClientRect();
    drawings.forEach(({ words }) => words.forEach((word) => word.classList.add("moving")));
  };
  const stills = [...document.querySelectorAll('figure[id^="letters-"]')];
  if (stills.length > 0) move(stills);

  const figure = document.getElementById("next");
  if (!figure) return;
  const { letters, contextLength, embeddingSize, hiddenSize, smoothing, before, parameters, counts } = JSON.parse(figure.dataset.values);
  const size = letters.length, inputs = contextLength * embeddingSize;
  const numbers = new Float32Array(Uint8Array.from(atob(parameters), (character) => character.charCodeAt(0)).buffer);
  let at = 0;
  const next = (count) => numbers.subarray(at, at += count);
  const [embedding, weight1, bias1] = [next(size * embeddingSize), next(hiddenSize * inputs), next(hiddenSize)];
  const [weight2, bias2] = [next(size * hiddenSize), next(size)];

  /** (letters): softmax(W₂·tanh(W₁·x + b₁) + b₂), x being the embeddings of the context's letters. */
  const neural = (context) => {
    const x = context.flatMap((token) => [...embedding.subarray(token * embeddingSize, (token + 1) * embeddingSize)]);
    const hidden = Array.from(bias1, (bias, unit) =>
      Math.tanh(x.reduce((sum, value, input) => sum + weight1[unit * inputs + input] * value, bias)));
    const scores = Array.from(bias2, (bias, letter) =>
      hidden.reduce((sum, value, unit) => sum + weight2[letter * hiddenSize + unit] * value, bias));
    const largest = Math.max(...scores), powers = scores.map((score) => Math.exp(score - largest));
    const total = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / total);
  };

  /** (letters): how often each followed the context, with the smoothing added, as shares. */
  const counted = (context) => {
    const row = new Array(size).fill(0);
    const found = counts[context.map((token) => letters[token]).join("")] ?? [];
    for (let place = 0; place < found.length; place += 2) row[found[place]] = found[place + 1];
    const total = row.reduce((a, b) => a + b) + smoothing * size;
    return { seen: row.reduce((a, b) => a + b), probabilities: row.map((count) => (count + smoothing) / total) };
  };

  const field = make("input", { type: "text", value: "richard", maxlength: 40, spellcheck: "false", autocomplete: "off", autocapitalize: "off" });
  const said = make("p", { class: "said", "aria-live": "polite" });
  const rows = [...letters].map((letter) => {
    const cells = ["MLP", "counting"].map((model) => [
      make("meter", { min: 0, max: 1, "aria-label": `${letter} by the ${model}` }), make("output")]);
    return { cells, row: make("div", { class: "pair" }, make("span", {}, letter), ...cells.flat()) };
  });
  const percent = (value) => (100 * value).toFixed(2) + " %";
  const contextOf = (text) => [...(before + text)].slice(-contextLength).map((letter) => letters.indexOf(letter));

  const show = () => {
    const typed = field.value.toLowerCase().replace(/[\n ]/g, ".");
    const stranger = [...typed].find((letter) => !letters.includes(letter));
    if (stranger !== undefined) {
      said.textContent = `The names have no “${stranger}”: letters from a to z, and a dot for the end of a name.`;
      return;
    }
    const context = contextOf(typed);
    const [computed, { seen, probabilities }] = [neural(context), counted(context)];
    rows.forEach(({ cells }, letter) => [computed, probabilities].forEach((values, model) => {
      cells[model][0].value = values[letter];
      cells[model][1].textContent = percent(values[letter]);
    }));
    const likeliest = (values) => letters[values.indexOf(Math.max(...values))];
    said.textContent = `After “${context.map((token) => letters[token]).join("")}”, ${seen} times in the training names: the MLP `
      + `expects “${likeliest(computed)}”, counting “${likeliest(probabilities)}”.`;
  };
  field.addEventListener("input", show);
  const label = make("label", { class: "slider" }, make("span", {}, "a name"), field);
  figure.querySelector("figcaption").append(make("div", { class: "controls" },
    make("p", {}, `Both models see the last ${contextLength} letters; before the name stands “${before}”, as names follow each other in `
      + "what they learnt from. A dot ends a name."),
    label, said,
    make("div", { class: "pair" }, make("span"), make("span", {}, "MLP"), make("span"), make("span", {}, "counting"), make("span")),
    ...rows.map(({ row }) => row)));
  show();
  // For the check of this page.
  figure.after = (text) => [neural(contextOf(text)), counted(contextOf(text)).probabilities];
})();
//]]>
