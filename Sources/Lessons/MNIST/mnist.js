//<![CDATA[
"use strict";
// Lets a digit be drawn on mnist's page and hidden units be switched off; without it the page shows what the program drew.
// The figure has the network's numbers in data-values, and the passes are DigitNetwork's. The page lets this text run by its
// SHA-256, which stands in MNISTLesson+Script.swift.
(() => {
  const figure = document.getElementById("samples");
  const { rows, columns, hidden, classes, parameters, images, labels } = JSON.parse(figure.dataset.values);
  const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const inputs = rows * columns;
  const numbers = new Float32Array(bytes(parameters).buffer);
  let at = 0;
  const next = (count) => numbers.subarray(at, at += count);
  const [weight1, bias1, weight2, bias2] = [next(hidden * inputs), next(hidden), next(classes * hidden), next(classes)];
  const isOff = new Array(hidden).fill(false);
  let pixels = new Float64Array(inputs);

  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const fixed = (value, decimals) => value.toFixed(decimals).replace(/^-(?=0*\.?0*$)/, "").replace("-", "−");

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

  const softmax = (logits) => {
    const largest = Math.max(...logits), powers = logits.map((logit) => Math.exp(logit - largest));
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / sum);
  };

  /**
   * As MNIST's makers did with the forms that people had filled in: the ink fitted into 20 × 20 with its proportions kept,
   * then its centre of mass moved to the middle of 28 × 28.
   */
  const normalised = (ink, width, height) => {
    const image = new Float64Array(inputs);
    let [left, right, top, bottom] = [width, -1, height, -1];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (ink[y * width + x] === 0) continue;
        [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
      }
    }
    if (right < 0) return image;
    const scale = 20 / 28 * Math.min(rows, columns) / Math.max(right - left + 1, bottom - top + 1);
    let [mass, massX, massY] = [0, 0, 0];
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const value = ink[y * width + x];
        [mass, massX, massY] = [mass + value, massX + value * (x + 0.5), massY + value * (y + 0.5)];
      }
    }
    // Each pixel drawn gives its ink to those that it lies over, by area.
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const value = ink[y * width + x];
        if (value === 0) continue;
        const [x0, y0] = [(x - massX / mass) * scale + columns / 2, (y - massY / mass) * scale + rows / 2];
        for (let row = Math.floor(y0); row < y0 + scale; row++) {
          for (let column = Math.floor(x0); column < x0 + scale; column++) {
            if (row < 0 || column < 0 || row >= rows || column >= columns) continue;
            const area = (Math.min(row + 1, y0 + scale) - Math.max(row, y0))
              * (Math.min(column + 1, x0 + scale) - Math.max(column, x0));
            image[row * columns + column] += value * area;
          }
        }
      }
    }
    return image.map((value) => Math.min(1, value));
  };

  // What can be drawn on: ink from 0 to 1, ten times as fine as an image.
  const [width, height] = [columns * 10, rows * 10];
  let ink = new Float64Array(width * height);
  const canvas = make("canvas", {
    width, height, tabindex: 0, role: "img",
    "aria-label": "Draw a digit: with a pointer, or with the arrow keys; space lowers and lifts the pen",
  });
  const seen = make("canvas", { width: columns, height: rows, role: "img", "aria-label": "What the network sees" });
  const pen = { x: width / 2, y: height / 2, isDown: false };
  // A test image is not drawn on: the first stroke begins on paper.
  let isExample = false;

  const paint = () => {
    const context = canvas.getContext("2d");
    const picture = context.createImageData(width, height);
    for (let place = 0; place < ink.length; place++) {
      const grey = 255 - Math.round(255 * ink[place]);
      picture.data.set([grey, grey, grey, 255], 4 * place);
    }
    context.putImageData(picture, 0, 0);
    if (document.activeElement === canvas) {
      context.strokeStyle = pen.isDown ? "#D55E00" : "#0072B2";
      context.strokeRect(pen.x - 5, pen.y - 5, 10, 10);
    }
    const small = seen.getContext("2d");
    const image = small.createImageData(columns, rows);
    for (let place = 0; place < inputs; place++) {
      const grey = 255 - Math.round(255 * pixels[place]);
      image.data.set([grey, grey, grey, 255], 4 * place);
    }
    small.putImageData(image, 0, 0);
  };

  /** A line of ink, as wide as MNIST's strokes are. */
  const stroke = (fromX, fromY, toX, toY) => {
    if (isExample) ink.fill(0);
    isExample = false;
    const radius = 10, steps = Math.max(1, Math.ceil(Math.hypot(toX - fromX, toY - fromY) / 2));
    for (let step = 0; step <= steps; step++) {
      const [x, y] = [fromX + (toX - fromX) * step / steps, fromY + (toY - fromY) * step / steps];
      for (let row = Math.max(0, Math.floor(y - radius)); row < Math.min(height, y + radius); row++) {
        for (let column = Math.max(0, Math.floor(x - radius)); column < Math.min(width, x + radius); column++) {
          if (Math.hypot(column + 0.5 - x, row + 0.5 - y) < radius) ink[row * width + column] = 1;
        }
      }
    }
    pixels = normalised(ink, width, height);
    show();
  };

  const bars = Array.from({ length: classes }, (_, digit) => {
    const [bar, text] = [make("meter", { min: 0, max: 1, "aria-label": `probability of ${digit}` }), make("output")];
    return { bar, text, row: make("div", { class: "slider" }, make("span", {}, String(digit)), bar, text) };
  });
  const switches = Array.from(isOff, (_, unit) => {
    const button = make("button", { type: "button", "aria-pressed": "false" });
    button.addEventListener("click", () => {
      const before = logitsOf(unitsOf(pixels), isOff);
      isOff[unit] = !isOff[unit];
      const after = logitsOf(unitsOf(pixels), isOff);
      const change = Math.max(...after.map((logit, digit) => Math.abs(logit - before[digit])));
      const value = unitsOf(pixels)[unit];
      show(`Unit ${unit} gives ${fixed(value, 4)}; ${isOff[unit] ? "off" : "on"}, the logits change by `
        + (change === 0 ? "nothing." : `${fixed(change, 4)} at most.`));
    });
    return button;
  });
  const said = make("p", { class: "said", "aria-live": "polite" });

  const show = (news = "") => {
    const units = unitsOf(pixels), probabilities = softmax(logitsOf(units, isOff));
    const digit = probabilities.indexOf(Math.max(...probabilities));
    bars.forEach(({ bar, text }, digit) => {
      bar.value = probabilities[digit];
      text.textContent = fixed(100 * probabilities[digit], 2) + " %";
    });
    const largest = Math.max(...units.map(Math.abs), 1e-9);
    switches.forEach((button, unit) => {
      button.setAttribute("aria-pressed", String(isOff[unit]));
      button.setAttribute("aria-label", `unit ${unit}, ${fixed(units[unit], 4)}, ${isOff[unit] ? "off" : "on"}`);
      button.title = `unit ${unit}: ${fixed(units[unit], 4)}`;
      button.style.setProperty("--strength", String(Math.abs(units[unit]) / largest));
      button.textContent = isOff[unit] ? "×" : "";
    });
    const off = isOff.filter((is) => is).length;
    said.textContent = (news ? news + " " : "") + `Read as ${digit}, with probability ${fixed(100 * probabilities[digit], 2)} %`
      + (off > 0 ? `, with ${off} of ${hidden} units off.` : ".");
    paint();
  };

  const button = (text, pressed) => {
    const element = make("button", { type: "button" }, text);
    element.addEventListener("click", pressed);
    return element;
  };
  const clear = () => {
    ink = new Float64Array(width * height);
    pixels = new Float64Array(inputs);
    isExample = false;
    show();
  };
  const choose = (index) => {
    const image = bytes(images[index]);
    // As it is, ten times as large; it has been normalised by its makers.
    ink = ink.map((_, place) => image[Math.floor(place / width / 10) * columns + Math.floor(place % width / 10)] / 255);
    pixels = Float64Array.from(image, (value) => value / 255);
    isExample = true;
    show();
  };
  const switchOff = (which) => () => {
    const units = unitsOf(pixels), before = softmax(logitsOf(units, isOff));
    units.forEach((value, unit) => { isOff[unit] = which(value); });
    const after = softmax(logitsOf(units, isOff));
    const change = Math.max(...after.map((value, digit) => Math.abs(value - before[digit])));
    show(`The probability that changes most changes by ${fixed(100 * change, 4)} percentage points.`);
  };

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width * width, (event.clientY - box.top) / box.height * height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    [pen.x, pen.y] = place(event);
    pen.isDown = true;
    stroke(pen.x, pen.y, pen.x, pen.y);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!pen.isDown || event.buttons === 0) return;
    const [x, y] = place(event);
    stroke(pen.x, pen.y, x, y);
    [pen.x, pen.y] = [x, y];
  });
  for (const kind of ["pointerup", "pointercancel"]) canvas.addEventListener(kind, () => { pen.isDown = false; });
  for (const kind of ["focus", "blur"]) canvas.addEventListener(kind, paint);
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-10, 0], ArrowRight: [10, 0], ArrowUp: [0, -10], ArrowDown: [0, 10] }[event.key];
    if (!step && event.key !== " ") return;
    event.preventDefault();
    const [x, y] = [pen.x, pen.y];
    if (step) {
      [pen.x, pen.y] = [Math.max(0, Math.min(width, x + step[0])), Math.max(0, Math.min(height, y + step[1]))];
    } else {
      pen.isDown = !pen.isDown;
    }
    if (pen.isDown) stroke(x, y, pen.x, pen.y); else paint();
  });

  const examples = labels.map((label, index) => button(String(label), () => choose(index)));
  const controls = make("div", { class: "controls" },
    make("p", {}, "Draw in the square, with a pointer or with the arrow keys (space lowers and lifts the pen), or choose a test "
      + "image. What is drawn is fitted into 20 × 20 pixels and centred by its mass, as MNIST's makers did with the forms that "
      + "people had filled in; the small picture is what the network sees."),
    make("div", { class: "drawing" }, make("div", { class: "pads" }, canvas, seen), make("div", {}, ...bars.map(({ row }) => row))),
    said,
    make("div", { class: "buttons" }, button("clear", clear), ...examples),
    make("p", {}, "The hidden units, the stronger the further from 0 what they give. Press one to switch it off:"),
    make("div", { class: "units" }, ...switches),
    make("div", { class: "buttons" },
      button("switch off all that give 0.00", switchOff((value) => Math.abs(value) < 0.005)),
      button("switch off all that do not", switchOff((value) => Math.abs(value) >= 0.005)),
      button("all on", switchOff(() => false))));
  figure.querySelector("figcaption").append(controls);
  choose(0);
  // For those who want to look at a number, and for the check of this page.
  figure.pixels = () => [...pixels];
  figure.read = (index) => [...softmax(logitsOf(unitsOf(Float64Array.from(bytes(images[index]), (value) => value / 255)), isOff))];
})();
//]]>
