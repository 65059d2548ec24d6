//<![CDATA[
"use strict";
// What the pages of mnist and convnet share: a square in which a digit is drawn, the digit as MNIST's makers would have
// normalised it, and the probabilities of what it is read as. Such a page's script is this text and its own behind it.
const digits = (() => {
  /** An element with attributes and children. */
  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const button = (text, pressed) => {
    const element = make("button", { type: "button" }, text);
    element.addEventListener("click", pressed);
    return element;
  };
  const fixed = (value, decimals) => value.toFixed(decimals).replace(/^-(?=0*\.?0*$)/, "").replace("-", "−");

  /** What base 64 stands for. */
  const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const floats = (text) => new Float32Array(bytes(text).buffer);
  /** The pixels of an image, 0 for paper to 1 for ink. */
  const pixelsOf = (image) => Float64Array.from(bytes(image), (value) => value / 255);

  const softmax = (logits) => {
    const largest = Math.max(...logits), powers = logits.map((logit) => Math.exp(logit - largest));
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / sum);
  };

  /**
   * An image as MNIST's makers made theirs of forms that people had filled in, as far as it could be found out (Yadav and
   * Bottou 2019): the ink fitted into a square of 20 × 20 pixels with its proportions kept, and the square moved by whole
   * pixels until the centre of mass is in the pixel right and below of the middle of 28 × 28.
   */
  const normalised = (ink, width, height, rows, columns) => {
    const image = new Float64Array(rows * columns);
    let [left, right, top, bottom] = [width, -1, height, -1];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (ink[y * width + x] === 0) continue;
        [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
      }
    }
    if (right < 0) return image;
    const side = Math.max(1, Math.round(20 / 28 * Math.min(rows, columns)));
    const square = fitted(ink, width, { left, top, width: right - left + 1, height: bottom - top + 1 }, side);
    const mass = square.reduce((sum, value) => sum + value);
    const centre = (of) => square.reduce((sum, value, place) => sum + value * (of(place) + 0.5), 0) / mass;
    const x0 = Math.trunc(columns / 2 + 1 - centre((place) => place % side));
    const y0 = Math.trunc(rows / 2 + 1 - centre((place) => Math.floor(place / side)));
    square.forEach((value, place) => {
      const [x, y] = [x0 + place % side, y0 + Math.floor(place / side)];
      if (x >= 0 && y >= 0 && x < columns && y < rows) image[y * columns + x] = value;
    });
    return image;
  };

  /** What is in a box, in the middle of a square: each pixel gives its ink to those that it lies over, by area. */
  const fitted = (ink, inkWidth, box, side) => {
    const square = new Float64Array(side * side), length = Math.max(box.width, box.height), scale = side / length;
    const [shiftX, shiftY] = [Math.floor((length - box.width) / 2), Math.floor((length - box.height) / 2)];
    for (let y = 0; y < box.height; y++) {
      for (let x = 0; x < box.width; x++) {
        const value = ink[(box.top + y) * inkWidth + box.left + x];
        if (value === 0) continue;
        const [x0, y0] = [(x + shiftX) * scale, (y + shiftY) * scale], [x1, y1] = [x0 + scale, y0 + scale];
        for (let row = Math.floor(y0); row < Math.min(y1, side); row++) {
          for (let column = Math.floor(x0); column < Math.min(x1, side); column++) {
            square[row * side + column] += value * (Math.min(row + 1, y1) - Math.max(row, y0))
              * (Math.min(column + 1, x1) - Math.max(column, x0));
          }
        }
      }
    }
    // 256 greys, the darkest of them as dark as ink.
    const darkest = Math.min(1, square.reduce((a, b) => Math.max(a, b)));
    return square.map((value) => Math.min(255, Math.round(255 * value / darkest)) / 255);
  };

  /** Writes values from 0, paper, to 1, ink, into a canvas of their size. */
  const paintGrey = (canvas, values) => {
    const context = canvas.getContext("2d"), picture = context.createImageData(canvas.width, canvas.height);
    for (let place = 0; place < values.length; place++) {
      const grey = 255 - Math.round(255 * values[place]);
      picture.data.set([grey, grey, grey, 255], 4 * place);
    }
    context.putImageData(picture, 0, 0);
    return context;
  };

  /**
   * A square to draw in, beside it what a network sees of it.
   *
   * `changed` is called with the pixels, (rows, columns), whenever they are others.
   */
  const pad = ({ rows, columns }, changed) => {
    // What can be drawn on: ink from 0 to 1, ten times as fine as an image.
    const [width, height] = [columns * 10, rows * 10];
    let ink = new Float64Array(width * height), pixels = new Float64Array(rows * columns);
    const canvas = make("canvas", {
      width, height, tabindex: 0, role: "img",
      "aria-label": "Draw a digit: with a pointer, or with the arrow keys; space lowers and lifts the pen",
    });
    const seen = make("canvas", { width: columns, height: rows, role: "img", "aria-label": "What the network sees" });
    const pen = { x: width / 2, y: height / 2, isDown: false };
    // A test image is not drawn on: the first stroke begins on paper.
    let isExample = false;

    const paint = () => {
      const context = paintGrey(canvas, ink);
      if (document.activeElement === canvas) {
        context.strokeStyle = pen.isDown ? "#D55E00" : "#0072B2";
        context.strokeRect(pen.x - 5, pen.y - 5, 10, 10);
      }
      paintGrey(seen, pixels);
    };
    /** Which of an image's pixels one of the ink is in. */
    const at = (place) => Math.floor(place / width / 10) * columns + Math.floor(place % width / 10);
    const take = (drawn, image, example) => {
      [ink, pixels, isExample] = [drawn, image, example];
      paint();
      changed(pixels);
    };

    /** A line of ink, as wide as MNIST's strokes are. */
    const stroke = (fromX, fromY, toX, toY) => {
      if (isExample) ink.fill(0);
      const radius = 10, steps = Math.max(1, Math.ceil(Math.hypot(toX - fromX, toY - fromY) / 2));
      for (let step = 0; step <= steps; step++) {
        const [x, y] = [fromX + (toX - fromX) * step / steps, fromY + (toY - fromY) * step / steps];
        for (let row = Math.max(0, Math.floor(y - radius)); row < Math.min(height, y + radius); row++) {
          for (let column = Math.max(0, Math.floor(x - radius)); column < Math.min(width, x + radius); column++) {
            if (Math.hypot(column + 0.5 - x, row + 0.5 - y) < radius) ink[row * width + column] = 1;
          }
        }
      }
      take(ink, normalised(ink, width, height, rows, columns), false);
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

    return {
      element: make("div", { class: "pads" }, canvas, seen),
      clear: () => take(new Float64Array(width * height), new Float64Array(rows * columns), false),
      /** A test image as it is, ten times as large; it has been normalised by its makers. */
      choose: (image) => {
        const chosen = pixelsOf(image);
        take(ink.map((_, place) => chosen[at(place)]), chosen, true);
      },
      pixels: () => pixels,
      /** What would be seen of a test image if it were drawn. */
      drawnAgain: (image) => {
        const chosen = pixelsOf(image);
        return normalised(ink.map((_, place) => chosen[at(place)]), width, height, rows, columns);
      },
    };
  };

  /** A bar for each digit's probability. */
  const bars = (classes) => {
    const rows = Array.from({ length: classes }, (_, digit) => {
      const [bar, text] = [make("meter", { min: 0, max: 1, "aria-label": `probability of ${digit}` }), make("output")];
      return { bar, text, row: make("div", { class: "slider" }, make("span", {}, String(digit)), bar, text) };
    });
    return {
      element: make("div", {}, ...rows.map(({ row }) => row)),
      show: (probabilities) => rows.forEach(({ bar, text }, digit) => {
        bar.value = probabilities[digit];
        text.textContent = fixed(100 * probabilities[digit], 2) + " %";
      }),
    };
  };

  /** What is said of probabilities: the digit that is read, and how surely. */
  const verdict = (probabilities) => {
    const digit = probabilities.indexOf(Math.max(...probabilities));
    return `Read as ${digit}, with probability ${fixed(100 * probabilities[digit], 2)} %`;
  };

  /** How to draw, the square with the bars, and buttons for the test images; `said` stands between. */
  const drawing = (samples, pad, bars, said) => [
    make("p", {}, "Draw in the square, with a pointer or with the arrow keys (space lowers and lifts the pen), or choose a test "
      + "image. What is drawn is fitted into 20 × 20 pixels and moved to where its mass is in the middle, as MNIST's makers did "
      + "with the forms that people had filled in; the small picture is what the network sees."),
    make("div", { class: "drawing" }, pad.element, bars.element), said,
    make("div", { class: "buttons" }, button("clear", pad.clear),
      ...samples.labels.map((label, index) => button(String(label), () => pad.choose(samples.images[index])))),
  ];

  return { make, button, fixed, bytes, floats, pixelsOf, softmax, paintGrey, pad, bars, verdict, drawing };
})();
//]]>
