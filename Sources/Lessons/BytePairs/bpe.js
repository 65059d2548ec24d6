//<![CDATA[
"use strict";
// Lets the reader go through the merges of bpe's passage, or of a text of their own, one by one; without it the page shows the
// passage after all of them. The merges are those of BytePairTraining, in data-values. The page lets this text run by its
// SHA-256, which stands in BytePairGallery+Script.swift.
(() => {
  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const figure = document.getElementById("passage");
  if (!figure) return;
  const values = JSON.parse(figure.dataset.values);
  const kinds = { pieces: "inside pieces", whole: "whole text" };
  // GPT-2's, as OpenAI's encoder.py has it.
  const pattern = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

  /** The bytes of each token of a kind. */
  const vocabulary = {};
  for (const kind of Object.keys(kinds)) {
    const tokens = Array.from({ length: 256 }, (_, byte) => [byte]);
    for (const [left, right] of values[kind]) tokens.push([...tokens[left], ...tokens[right]]);
    vocabulary[kind] = tokens;
  }

  const shown = (bytes) => {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(new Uint8Array(bytes));
    } catch {
      return bytes.map((byte) => `⟨${byte.toString(16).padStart(2, "0")}⟩`).join("");
    }
  };
  const quoted = (bytes) => `“${shown(bytes).replace(/\n/g, "⏎")}”`;

  let [kind, count] = ["pieces", values.pieces.length];

  /** The tokens of a text, piece by piece, after so many merges. */
  const encode = (text) => {
    const bytes = (part) => [...new TextEncoder().encode(part)];
    const pieces = kind === "whole" ? [bytes(text)] : (text.match(pattern) ?? []).map(bytes);
    for (let merge = 0; merge < count; merge++) {
      const [left, right] = values[kind][merge];
      for (const piece of pieces) {
        let written = 0;
        for (let read = 0; read < piece.length; written++) {
          const isPair = piece[read] === left && piece[read + 1] === right;
          piece[written] = isPair ? 256 + merge : piece[read];
          read += isPair ? 2 : 1;
        }
        piece.length = written;
      }
    }
    return pieces.flat();
  };

  const show = () => {
    const tokens = encode(input.value);
    const size = new TextEncoder().encode(input.value).length;
    view.replaceChildren(...tokens.flatMap((token) => {
      const bytes = vocabulary[kind][token];
      const isNewest = count > 0 && token === 255 + count;
      const span = make("span", {
        title: `${token}: ${bytes.length} byte${bytes.length === 1 ? "" : "s"}`,
        style: `background:color-mix(in srgb,var(--series-${token % 6}) 28%,transparent);border-radius:3px;`
          + "box-shadow:inset -1px 0 var(--surface);padding:.15em 0;"
          + (isNewest ? "outline:2px solid currentColor;outline-offset:-1px" : ""),
      }, shown(bytes).replace(/\n/g, "⏎"));
      // A line's end stands in its token, and ends the line after it.
      return bytes.includes(10) ? [span, make("br")] : [span];
    }));
    slider.max = values[kind].length;
    slider.value = count;
    output.textContent = `${count} of ${values[kind].length}`;
    const newest = count > 0
      ? `The last merge joins ${values[kind][count - 1].map((token) => quoted(vocabulary[kind][token])).join(" and ")} `
        + `to token ${255 + count}, which is outlined. `
      : "";
    said.textContent = newest + `${size} bytes are ${tokens.length} tokens`
      + (tokens.length ? `, ${(size / tokens.length).toFixed(2)} bytes each.` : ".");
    for (const [name, button] of Object.entries(buttons)) {
      button.setAttribute("aria-pressed", name === kind);
      button.style.cssText = name === kind ? "border-color:currentColor;font-weight:600" : "";
    }
    // For the check of this page.
    figure.tokens = tokens;
  };

  const slider = make("input", { type: "range", min: 0, step: 1, "aria-label": "merges" });
  const output = make("output");
  const said = make("p", { class: "said", "aria-live": "polite" });
  const view = make("div", {
    style: "font:15px/1.9 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere;min-height:13rem",
  });
  const input = make("textarea", {
    rows: 3, spellcheck: "false", "aria-label": "a text of your own",
    style: "font:inherit;color:inherit;background:var(--page);border:1px solid var(--border);border-radius:6px;"
      + "padding:.4rem .6rem;width:100%;resize:vertical",
  });
  input.value = values.text;
  const buttons = {};
  for (const [name, words] of Object.entries(kinds)) {
    buttons[name] = make("button", { type: "button" }, words);
    buttons[name].addEventListener("click", () => {
      kind = name;
      count = Math.min(count, values[kind].length);
      show();
    });
  }
  const step = (words, change) => {
    const button = make("button", { type: "button" }, words);
    button.addEventListener("click", () => {
      count = Math.max(0, Math.min(values[kind].length, count + change));
      show();
    });
    return button;
  };
  slider.addEventListener("input", () => {
    count = Number(slider.value);
    show();
  });
  input.addEventListener("input", show);

  figure.classList.add("full");
  figure.querySelector("figcaption p").textContent =
    "Move the merges back to 0 and forward again, write a text of your own, or let merges cross all borders.";
  figure.querySelector("figcaption").append(make("div", { class: "controls" },
    make("label", { class: "slider" }, make("span", {}, "merges"), slider, output),
    make("div", { class: "buttons" }, step("one merge less", -1), step("one merge more", 1), buttons.pieces, buttons.whole),
    input, said));
  figure.querySelector("svg").replaceWith(view);
  show();
})();
//]]>
