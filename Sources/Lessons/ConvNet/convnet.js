//<![CDATA[
// Lets a digit be drawn on convnet's page and be followed through the layers; without it the page shows what the program
// drew. The figure has the network's numbers in data-values, and the passes are ConvNet's. The page lets digits.js and this
// text behind it run by the SHA-256 of both, which stands in ConvNetLesson+Script.swift.
(() => {
  const { make, softmax } = digits;
  const figure = document.getElementById("samples");
  const samples = JSON.parse(figure.dataset.values);
  const { rows, columns, classes, channels, maps, kernel, hidden, training } = samples;
  const numbers = digits.floats(samples.parameters);
  let at = 0;
  const next = (count) => numbers.subarray(at, at += count);
  let size = [rows, columns];
  /** The two layers: their weights, (maps, channels, kernel, kernel), and the sizes of what they read and write. */
  const layers = maps.map((count, layer) => {
    const [height, width] = size, [mapRows, mapColumns] = [height - kernel + 1, width - kernel + 1];
    size = [Math.floor(mapRows / 2), Math.floor(mapColumns / 2)];
    return {
      maps: count, channels: channels[layer], height, width, mapRows, mapColumns, pooledRows: size[0], pooledColumns: size[1],
      weight: next(count * channels[layer] * kernel * kernel), bias: next(count),
    };
  });
  const features = maps[1] * size[0] * size[1];
  const [weight3, bias3, weight4, bias4] = [next(hidden * features), next(hidden), next(classes * hidden), next(classes)];

  /** (maps, mapRows, mapColumns): what each kernel finds in an input (channels, height, width), with ReLU. */
  const convolve = (input, layer) => {
    const { mapRows, mapColumns, width, height } = layer;
    const output = new Float64Array(layer.maps * mapRows * mapColumns);
    for (let map = 0, weight = 0; map < layer.maps; map++) {
      const target = output.subarray(map * mapRows * mapColumns, (map + 1) * mapRows * mapColumns).fill(layer.bias[map]);
      for (let channel = 0; channel < layer.channels; channel++) {
        for (let i = 0; i < kernel; i++) {
          for (let j = 0; j < kernel; j++, weight++) {
            const factor = layer.weight[weight];
            for (let y = 0, place = 0; y < mapRows; y++) {
              const row = (channel * height + y + i) * width + j;
              for (let x = 0; x < mapColumns; x++, place++) target[place] += factor * input[row + x];
            }
          }
        }
      }
    }
    return output.map((value) => Math.max(0, value));
  };

  /** (maps, pooledRows, pooledColumns): the largest of every 2 × 2. ReLU keeps the order, so it may as well come before. */
  const pool = (values, { maps, mapRows, mapColumns, pooledRows, pooledColumns }) => {
    const output = new Float64Array(maps * pooledRows * pooledColumns);
    for (let map = 0, place = 0; map < maps; map++) {
      for (let row = 0; row < pooledRows; row++) {
        for (let column = 0; column < pooledColumns; column++, place++) {
          const top = (map * mapRows + 2 * row) * mapColumns + 2 * column, bottom = top + mapColumns;
          output[place] = Math.max(values[top], values[top + 1], values[bottom], values[bottom + 1]);
        }
      }
    }
    return output;
  };

  const linear = (input, weight, bias) => Float64Array.from(bias, (sum, unit) => {
    for (let index = 0, row = unit * input.length; index < input.length; index++) sum += weight[row + index] * input[index];
    return sum;
  });

  /** What the layers make of pixels. */
  const pass = (pixels) => {
    const first = convolve(pixels, layers[0]), second = convolve(pool(first, layers[0]), layers[1]);
    const code = linear(pool(second, layers[1]), weight3, bias3).map((value) => Math.max(0, value));
    return { maps: [first, second], code, probabilities: softmax(linear(code, weight4, bias4)) };
  };

  /** Grey to dark blue, as on the pictures that the program drew. */
  const color = (fraction) => {
    const ends = [[230, 235, 239], [0, 114, 178], [0, 26, 46]], place = 2 * Math.min(1, fraction);
    const index = Math.min(1, Math.floor(place));
    return ends[index].map((value, part) => Math.round(value + (ends[index + 1][part] - value) * (place - index)));
  };

  /** A canvas for pictures of one size, side by side; `paint` takes all their values, one picture after another. */
  const atlas = (name, count, height, width, across, gap) => {
    const down = Math.ceil(count / across);
    const canvas = make("canvas", {
      width: across * (width + gap) - gap, height: down * (height + gap) - gap, role: "img", "aria-label": name, class: "maps",
    });
    return {
      canvas,
      paint: (values) => {
        const context = canvas.getContext("2d"), picture = context.createImageData(canvas.width, canvas.height);
        const largest = Math.max(values.reduce((a, b) => Math.max(a, b), 0), 1e-9);
        values.forEach((value, index) => {
          const image = Math.floor(index / (height * width)), pixel = index % (height * width);
          const x = image % across * (width + gap) + pixel % width;
          const y = Math.floor(image / across) * (height + gap) + Math.floor(pixel / width);
          picture.data.set([...color(value / largest), 255], 4 * (y * canvas.width + x));
        });
        context.putImageData(picture, 0, 0);
      },
    };
  };
  const atlases = layers.map(({ maps, mapRows, mapColumns }, layer) =>
    atlas(`Maps of the ${layer === 0 ? "first" : "second"} layer`, maps, mapRows, mapColumns, layer === 0 ? 9 : 12, 1));
  const codeStrip = atlas("Hidden units", hidden, 1, 1, Math.min(hidden, 64), 0);

  const codes = digits.floats(training.codes), shown = Math.min(6, training.labels.length);
  /** The training images, of those that the page has, whose codes are nearest. */
  const nearest = (code) => {
    const distances = training.labels.map((_, image) =>
      code.reduce((sum, value, unit) => sum + (value - codes[image * hidden + unit]) ** 2, 0));
    return training.labels.map((_, image) => image).sort((a, b) => distances[a] - distances[b]).slice(0, shown);
  };
  const neighbours = Array.from({ length: shown }, () => {
    const canvas = make("canvas", { width: columns, height: rows, role: "img" }), text = make("p");
    return { canvas, text, element: make("div", {}, canvas, text) };
  });

  const said = make("p", { class: "said", "aria-live": "polite" });
  const bars = digits.bars(classes);
  const show = (pixels) => {
    const { maps, code, probabilities } = pass(pixels);
    bars.show(probabilities);
    atlases.forEach((atlas, layer) => atlas.paint(maps[layer]));
    codeStrip.paint(code);
    const near = nearest(code);
    near.forEach((image, place) => {
      const { canvas, text } = neighbours[place];
      digits.paintGrey(canvas, digits.pixelsOf(training.images[image]));
      canvas.setAttribute("aria-label", `neighbour ${place + 1}: a training image of ${training.labels[image]}`);
      text.textContent = String(training.labels[image]);
    });
    said.textContent = digits.verdict(probabilities)
      + `; its nearest training images are ${near.map((image) => training.labels[image]).join(", ")}.`;
  };
  const pad = digits.pad(samples, show);
  figure.querySelector("figcaption").append(make("div", { class: "controls" },
    ...digits.drawing(samples, pad, bars, said),
    make("p", {}, `What the ${maps[0]} kernels of the first layer find in it, each a map of ${layers[0].mapRows} × `
      + `${layers[0].mapColumns} places; the darker, the more:`), atlases[0].canvas,
    make("p", {}, `What the ${maps[1]} kernels of the second layer find in those:`), atlases[1].canvas,
    make("p", {}, `The ${hidden} units of the last hidden layer:`), codeStrip.canvas,
    make("p", {}, `The nearest by these units of ${training.labels.length} training images:`),
    make("div", { class: "neighbours" }, ...neighbours.map(({ element }) => element))));
  pad.choose(samples.images[0]);
  // For those who want to look at a number, and for the check of this page.
  figure.pixels = () => [...pad.pixels()];
  figure.drawnAgain = (index) => [...pad.drawnAgain(samples.images[index])];
  figure.pass = (pixels) => {
    const { maps, code, probabilities } = pass(Float64Array.from(pixels));
    return { maps: maps.map((map) => [...map]), code: [...code], probabilities: [...probabilities] };
  };
  figure.known = (image) => [...digits.pixelsOf(training.images[image])];
})();
//]]>
