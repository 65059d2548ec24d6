//<![CDATA[
"use strict";
// Makes micrograd's page one to touch; without it the page shows what the program drew. Each figure has its numbers in
// data-values, and what is computed here is computed by the same formulas, in doubles too. The page lets this text
// run by its SHA-256, which stands in MicrogradGallery+Script.swift.
(() => {
  /** A number as the program writes it: four significant digits. */
  const significant = (value) => {
    if (!Number.isFinite(value)) return String(value);
    if (value === 0) return "0";
    const exponent = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(15)))));
    if (exponent < -3 || exponent > 14) {
      const [mantissa, power] = value.toExponential(3).split("e");
      const digits = [...String(Number(power))].map((c) => c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]).join("");
      return mantissa.replace(/\.?0+$/, "").replace("-", "−") + "×10" + digits;
    }
    const text = exponent >= 3
      ? String(Math.round(Math.abs(value))).replace(/\B(?=(\d{3})+$)/g, ",")
      : Math.abs(value).toFixed(3 - exponent);
    return (value < 0 ? "−" : "") + text;
  };

  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  /** A slider with its name before and what it stands at after. */
  const slider = (name, { min, max, step, value }, changed) => {
    const input = make("input", { type: "range", min, max, step, value, "aria-label": name });
    const output = make("output");
    input.addEventListener("input", () => changed(Number(input.value), output));
    const row = make("label", { class: "slider" }, make("span", {}, name), input, output);
    return { row, input, output };
  };

  const values = (figure) => JSON.parse(figure.dataset.values);
  const panel = (figure) => {
    const div = make("div", { class: "controls" });
    figure.querySelector("figcaption").append(div);
    return div;
  };

  /** The graph of a formula: its inputs can be moved, and its backward pass taken node by node. */
  const graph = (figure) => {
    const { nodes, inputs, unit, formula } = values(figure);
    const boxes = [...figure.querySelectorAll("g.node")];
    const edges = [...figure.querySelectorAll("g.edge")];
    const data = nodes.map((node) => node.data);
    // Each edge leads from an operand to a node; the drawing has them node by node.
    const wires = nodes.flatMap((node, to) => node.of.map((from, place) => ({ from, to, place })));

    const forward = () => nodes.forEach((node, index) => {
      const [a, b] = node.of.map((operand) => data[operand]);
      switch (node.op) {
      case "sum": data[index] = a + b; break;
      case "product": data[index] = a * b; break;
      case "power": data[index] = Math.pow(a, node.exponent); break;
      case "exp": data[index] = Math.exp(a); break;
      case "tanh": data[index] = Math.tanh(a); break;
      }
    });
    const slope = (index, place) => {
      const node = nodes[index], [a, b] = node.of.map((operand) => data[operand]);
      switch (node.op) {
      case "sum": return 1;
      case "product": return place === 0 ? b : a;
      case "power": return node.exponent * Math.pow(a, node.exponent - 1);
      case "exp": return data[index];
      default: return 1 - data[index] * data[index];
      }
    };
    // Leaves have nothing to hand on, and take no step.
    const order = nodes.map((_, index) => index).filter((index) => nodes[index].of.length > 0).reverse();

    const controls = panel(figure);
    const said = make("p", { class: "said", "aria-live": "polite" });
    const written = make("p", { class: "formula" });
    let taken = order.length;

    /** The formula with its inputs' numbers; what stands between two ^ is raised. */
    const write = () => {
      const filled = inputs.reduce(
        (text, { name, node }) => text.replace(`{${name}}`, String(data[node]).replace("-", "−")), formula);
      written.replaceChildren(
        ...filled.split("^").map((part, place) => place % 2 === 0 ? part : make("sup", {}, part)),
        ` = ${significant(data[nodes.length - 1])} ${unit}`);
    };

    const show = () => {
      forward();
      const gradients = nodes.map(() => null);
      gradients[nodes.length - 1] = 1;
      for (const index of order.slice(0, taken)) {
        nodes[index].of.forEach((operand, place) => {
          gradients[operand] = (gradients[operand] ?? 0) + slope(index, place) * gradients[index];
        });
      }
      const last = taken > 0 ? order[taken - 1] : nodes.length - 1;
      const isUnderWay = taken < order.length;
      boxes.forEach((box, index) => {
        const texts = box.querySelectorAll("text");
        texts[1].textContent = "data " + significant(data[index]);
        texts[2].textContent = "grad " + (gradients[index] === null ? "?" : significant(gradients[index]));
        box.classList.toggle("now", isUnderWay && index === last);
      });
      edges.forEach((edge, index) => {
        const { to, place } = wires[index];
        edge.querySelector("text").textContent = significant(slope(to, place));
        edge.classList.toggle("now", isUnderWay && taken > 0 && to === last);
      });
      const name = (index) => boxes[index].querySelector("text").textContent;
      if (taken === 0) {
        said.textContent = "The result changes with itself one to one: its gradient is 1.";
      } else if (isUnderWay) {
        said.textContent = `Step ${taken} of ${order.length}, “${name(last)}”: ` + nodes[last].of.map((operand, place) =>
          `${significant(slope(last, place))} · ${significant(gradients[last])} = `
          + `${significant(slope(last, place) * gradients[last])} to “${name(operand)}”`).join(", ") + ".";
      } else {
        said.textContent = `${name(nodes.length - 1).split(" ")[0]} ${significant(data[nodes.length - 1])} ${unit}; `
          + inputs.map((input) => `slope by ${input.name} ${significant(gradients[input.node])}`).join(", ") + ".";
      }
      write();
      steps.input.value = taken;
      steps.output.textContent = `${taken} of ${order.length}`;
      earlier.disabled = taken === 0;
      later.disabled = taken === order.length;
    };

    controls.append(written);
    for (const input of inputs) {
      const { row, output } = slider(
        `${input.name}, ${input.unit}`, { ...input, value: data[input.node] }, (value, output) => {
          data[input.node] = value;
          output.textContent = value;
          show();
        });
      output.textContent = data[input.node];
      controls.append(row);
    }
    const steps = slider("backward pass", { min: 0, max: order.length, step: 1, value: taken }, (value) => {
      taken = value;
      show();
    });
    const move = (by) => () => {
      taken = Math.max(0, Math.min(order.length, taken + by));
      show();
    };
    const earlier = make("button", { type: "button" }, "← a node back");
    const later = make("button", { type: "button" }, "the next node →");
    const first = make("button", { type: "button" }, "from the result on");
    earlier.addEventListener("click", move(-1));
    later.addEventListener("click", move(1));
    first.addEventListener("click", move(-order.length));
    controls.append(steps.row, make("div", { class: "buttons" }, first, earlier, later), said);
    show();
  };

  /** What a network of rectified neurons takes each place for, after as many steps as a slider says. */
  const boundary = (figure) => {
    const { widths, snapshots, x, y } = values(figure);
    const [columns, rows] = [100, 70];

    const score = (parameters, place) => {
      let at = 0, activations = place;
      widths.slice(1).forEach((width, layer) => {
        const outputs = [];
        for (let neuron = 0; neuron < width; neuron++) {
          let sum = parameters[at + activations.length];
          for (let input = 0; input < activations.length; input++) sum += parameters[at + input] * activations[input];
          at += activations.length + 1;
          outputs.push(layer < widths.length - 2 ? Math.max(0, sum) : sum);
        }
        activations = outputs;
      });
      return activations[0];
    };

    const path = (series) => {
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("style", `fill:var(--series-${series});fill-opacity:.2`);
      path.setAttribute("shape-rendering", "crispEdges");
      return path;
    };
    // The drawing for wide screens and that for narrow ones, each with what lies behind its points.
    const drawings = [...figure.querySelectorAll("g.regions")].map((regions) => {
      const [left, top, width, height] = regions.dataset.box.split(" ").map(Number);
      const paths = [path(0), path(1)];
      regions.replaceChildren(...paths);
      return { left, top, width: width / columns, height: height / rows, paths };
    });
    const show = (snapshot, output) => {
      const lower = Array.from({ length: rows * columns }, (_, cell) => {
        const [row, column] = [Math.floor(cell / columns), cell % columns];
        return score(snapshot.parameters, [
          x[0] + (column + 0.5) / columns * (x[1] - x[0]), y[0] + (row + 0.5) / rows * (y[1] - y[0])]) > 0;
      });
      for (const { left, top, width, height, paths } of drawings) {
        const shapes = ["", ""];
        lower.forEach((isLower, cell) => {
          const place = [left + cell % columns * width, top + (rows - 1 - Math.floor(cell / columns)) * height];
          shapes[isLower ? 1 : 0] += `M${place[0].toFixed(2)} ${place[1].toFixed(2)}`
            + `h${width.toFixed(2)}v${height.toFixed(2)}h${(-width).toFixed(2)}z`;
        });
        paths.forEach((path, index) => path.setAttribute("d", shapes[index]));
      }
      output.textContent = `${snapshot.step}: loss ${significant(snapshot.loss)}, `
        + `${Math.round(snapshot.accuracy * 1000) / 10} % right`;
    };
    const { row, output } = slider(
      "after step", { min: 0, max: snapshots.length - 1, step: 1, value: snapshots.length - 1 },
      (index, output) => show(snapshots[index], output));
    panel(figure).append(row);
    show(snapshots[snapshots.length - 1], output);
    // For those who want to look at a number, and for the check of this page.
    figure.score = (index, place) => score(snapshots[index].parameters, place);
  };

  graph(document.getElementById("tyre"));
  boundary(document.getElementById("moons"));
})();
//]]>
