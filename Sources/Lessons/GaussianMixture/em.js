//<![CDATA[
"use strict";
// Puts a slider over the iterations in place of em's panels, and lets the starting means be dropped by hand; without it the
// page shows the panels. The last panel of each fit has its numbers in data-values, and the turns are MixtureFit's, in doubles
// too. The page lets this text run by its SHA-256, which stands in MixtureGallery+Script.swift.
(() => {
  const set = (element, attributes) => {
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const make = (name, attributes = {}, ...children) => {
    const element = set(document.createElement(name), attributes);
    element.append(...children);
    return element;
  };
  const draw = (name, attributes, parent, text = "") => {
    const element = set(document.createElementNS("http://www.w3.org/2000/svg", name), attributes);
    element.textContent = text;
    parent.append(element);
    return element;
  };
  const fixed = (value, decimals) => value.toFixed(decimals).replace("-", "−");
  const colour = (k) => `var(--series-${k % 6})`;
  const sum = (values) => values.reduce((total, value) => total + value, 0);

  // MARK: Turns, of one dimension or two

  /** L of Σ = L·Lᵀ, its values that are not 0 row by row. */
  const cholesky = (covariance) => {
    const a = Math.sqrt(covariance[0]);
    if (covariance.length === 1) return [a];
    const b = covariance[1] / a;
    return [a, b, Math.sqrt(covariance[3] - b * b)];
  };

  /** ln(w·N(x; μ, Σ)) by Cholesky's factor of Σ. */
  const logDensity = (weight, mean, [a, b, c], point) => {
    const u = (point[0] - mean[0]) / a;
    const v = point.length > 1 ? (point[1] - mean[1] - b * u) / c : 0;
    const logRoot = Math.log(point.length > 1 ? a * c : a);
    return Math.log(weight) - 0.5 * (point.length * Math.log(2 * Math.PI) + 2 * logRoot + u * u + v * v);
  };

  /** The shares of the components in each point, and the mean log-likelihood. */
  const expect = (mixture, points) => {
    const factors = mixture.map(({ covariance }) => cholesky(covariance));
    let likelihood = 0;
    const shares = points.map((point) => {
      const logs = mixture.map(({ weight, mean }, k) => logDensity(weight, mean, factors[k], point));
      const largest = Math.max(...logs);
      const total = largest + Math.log(logs.reduce((t, log) => t + Math.exp(log - largest), 0));
      likelihood += total / points.length;
      return logs.map((log) => Math.exp(log - total));
    });
    return { mixture, shares, likelihood };
  };

  /** The mixture that suits the shares best. */
  const maximise = (shares, points, regularisation) => shares[0].map((_, k) => {
    const total = sum(shares.map((row) => row[k]));
    const mean = points[0].map((_, d) => sum(points.map((point, n) => shares[n][k] * point[d])) / total);
    const covariance = mean.flatMap((_, d) => mean.map((_, e) => (d === e ? regularisation : 0)
      + sum(points.map((point, n) => shares[n][k] * (point[d] - mean[d]) * (point[e] - mean[e]))) / total));
    return { weight: total / points.length, mean, covariance };
  });

  /** The states after all turns from a start, until one gains too little, as MixtureFit stops. */
  const turns = (start, { points, tolerance, regularisation, iterations }) => {
    const states = [expect(start, points)];
    while (states.length <= iterations) {
      const state = expect(maximise(states[states.length - 1].shares, points, regularisation), points);
      if (!Number.isFinite(state.likelihood)) break;
      const before = states.length > 1
        ? Math.abs(states[states.length - 1].likelihood - states[states.length - 2].likelihood) : Infinity;
      states.push(state);
      if (before < tolerance) break;
    }
    return states;
  };

  /** The start that dropped means are: equal weights, round, as wide as the points. */
  const startFrom = (means, points) => {
    const variances = means[0].map((_, d) => {
      const middle = sum(points.map((point) => point[d])) / points.length;
      return sum(points.map((point) => (point[d] - middle) ** 2)) / points.length;
    });
    const covariance = variances.flatMap((variance, d) => variances.map((_, e) => d === e ? variance : 0));
    return means.map((mean) => ({ weight: 1 / means.length, mean, covariance }));
  };

  // MARK: Drawings

  const [left, right] = [30, 410];

  /** Marks on an axis, about `most` of them, at whole multiples of 1, 2 or 5. */
  const ticks = (low, high, most) => {
    const size = [1, 2, 5, 10].map((n) => n * 10 ** Math.floor(Math.log10((high - low) / most)))
      .find((n) => (high - low) / n <= most);
    return Array.from({ length: Math.floor(high / size) - Math.ceil(low / size) + 1 },
      (_, place) => (Math.ceil(low / size) + place) * size);
  };
  const digits = (value) => String(Number(value.toPrecision(12))).replace("-", "−");

  /** The plane: points in the style of the Gaussian that has most of them, and ellipses. */
  const plane = ({ points, x: [x0, x1], y: [y0, y1] }) => {
    const px = (x) => left + (x - x0) / (x1 - x0) * (right - left), py = (y) => 370 - (y - y0) / (y1 - y0) * 360;
    const shapes = ["M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0", "M-3-3h6v6h-6z", "M0-4.5 4 3h-8z", "M0-4.5 4.5 0 0 4.5-4.5 0z"];
    const ellipse = ({ mean, covariance }, deviations) => {
      const [a, b, c] = cholesky(covariance);
      return "M" + Array.from({ length: 73 }, (_, step) => {
        const [u, v] = [deviations * Math.cos(step * Math.PI / 36), deviations * Math.sin(step * Math.PI / 36)];
        return `${px(mean[0] + a * u).toFixed(2)} ${py(mean[1] + b * u + c * v).toFixed(2)}`;
      }).join("L");
    };
    return {
      height: 400, where: "in the plane",
      label: "The points, each in the style of the Gaussian with the largest share in it, and ellipses",
      frame(svg) {
        for (const value of ticks(x0, x1, 8)) draw("text", { x: px(value), y: 390, "text-anchor": "middle", class: "quiet" }, svg, digits(value));
        for (const value of ticks(y0, y1, 8)) draw("text", { x: 24, y: py(value) + 4, "text-anchor": "end", class: "quiet" }, svg, digits(value));
        draw("rect", { x: left, y: 10, width: right - left, height: 360, class: "axis", fill: "none" }, svg);
      },
      state({ mixture, shares }, parent) {
        points.forEach(([x, y], n) => {
          const k = shares[n].indexOf(Math.max(...shares[n]));
          draw("path", {
            d: shapes[k % 4], transform: `translate(${px(x).toFixed(2)} ${py(y).toFixed(2)})`, class: "halo",
            style: `fill:${colour(k)}`,
          }, parent);
        });
        mixture.forEach((component, k) => [1, 2].forEach((deviations) => draw(
          "path", { d: ellipse(component, deviations), class: "line", style: `stroke:${colour(k)};stroke-width:2.5` }, parent)));
      },
      place: ([x, y]) => [px(x), py(y)],
      point: (along, down) => [x0 + (along - left) / (right - left) * (x1 - x0), y0 + (370 - down) / 360 * (y1 - y0)],
      middle: [(x0 + x1) / 2, (y0 + y1) / 2],
      step: [(x1 - x0) / 40, (y1 - y0) / 40], least: [x0, y0], most: [x1, y1],
      cross: "M-8 0h16M0-8v16",
    };
  };

  /** The line: the points' histogram, the Gaussians' densities, and their sum. */
  const line = ({ histogram, start, x: [x0, x1], y: [, top] }, legend) => {
    const [bottom, height] = [240, 200];
    const px = (x) => left + (x - x0) / (x1 - x0) * (right - left);
    // What is higher than the drawing is cut off.
    const py = (density) => bottom - Math.min(1, density / top) * height;
    const curve = (points, k, parent) => draw(
      "path", { d: "M" + points.map(([x, y]) => `${px(x).toFixed(2)} ${py(y).toFixed(2)}`).join("L"), class: "line", style: `stroke:${colour(k)}` }, parent);
    const xs = Array.from({ length: 201 }, (_, index) => x0 + (x1 - x0) * index / 200);
    return {
      height: 280, where: "on the line", label: "A histogram of the points, and the densities of the mixture",
      frame(svg) {
        if (legend) svg.append(legend);
        for (const value of ticks(x0, x1, 8)) draw("text", { x: px(value), y: 258, "text-anchor": "middle", class: "quiet" }, svg, digits(value));
        for (const value of ticks(0, top, 4)) draw("text", { x: 26, y: py(value) + 4, "text-anchor": "end", class: "quiet" }, svg, digits(value));
        draw("path", { d: `M${left} ${bottom}H${right}`, class: "axis" }, svg);
        draw("text", { x: right, y: 276, "text-anchor": "end", class: "quiet" }, svg, "x");
      },
      state({ mixture }, parent) {
        curve(histogram, start.length + 1, parent);
        const densities = mixture.map(({ weight, mean, covariance }) => {
          const factor = cholesky(covariance);
          return xs.map((x) => Math.exp(logDensity(weight, mean, factor, [x])));
        });
        densities.forEach((values, k) => curve(xs.map((x, index) => [x, values[index]]), k, parent));
        curve(xs.map((x, index) => [x, sum(densities.map((values) => values[index]))]), start.length, parent);
      },
      place: ([x]) => [px(x), bottom],
      point: (along) => [x0 + (along - left) / (right - left) * (x1 - x0)],
      middle: [(x0 + x1) / 2], step: [(x1 - x0) / 80], least: [x0], most: [x1],
      cross: `M0 8v${-height - 8}`,
    };
  };

  // MARK: What can be touched

  /** The last of the panels, with a slider over the turns and places to drop means at; the others are hidden. */
  const explore = (panels, drawing) => {
    const figure = panels[panels.length - 1];
    const values = JSON.parse(figure.dataset.values);
    const { start, points } = values, count = start.length, name = `${points[0].length}-D`;
    panels.slice(0, -1).forEach((panel) => { panel.hidden = true; });
    figure.querySelector("h2").textContent = `${name}: turn by turn`;
    figure.querySelector("figcaption p").remove();

    const svg = figure.querySelector("svg");
    const view = drawing(values, svg.querySelector("g.legend"));
    // One drawing serves all screens.
    const drawings = [...figure.children].filter((child) => child.contains(svg) || child.classList.contains("narrow"));
    drawings[0].replaceWith(svg);
    drawings.slice(1).forEach((other) => other.remove());
    svg.replaceChildren();
    set(svg, { viewBox: `0 0 420 ${view.height}`, tabindex: 0, class: "chart touched", role: "application", "aria-label": view.label });
    view.frame(svg);
    const shown = draw("g", {}, svg);
    const cross = draw("path", { d: view.cross, class: "axis", visibility: "hidden" }, svg);

    const input = make("input", { type: "range", min: 0, step: 1, "aria-label": `iteration, ${name}` });
    const output = make("output");
    const said = make("p", { class: "said", "aria-live": "polite" });
    const again = make("button", { type: "button" }, "the program's start");
    let states = [], dropped = [], aim = [...view.middle];

    const show = (index) => {
      shown.replaceChildren();
      dropped = [];
      view.state(states[index], shown);
      input.value = index;
      output.textContent = `${index} of ${states.length - 1}`;
      said.textContent = (index === 0 ? "The start" : `After ${index} iteration${index === 1 ? "" : "s"}`)
        + `: log-likelihood ${fixed(states[index].likelihood, 4)} nats a point.`;
    };
    const fit = (mixture, isAtEnd) => {
      states = turns(mixture, values);
      input.max = states.length - 1;
      show(isAtEnd ? states.length - 1 : 0);
    };
    /** Means become a start once there are as many as Gaussians. */
    const drop = (mean) => {
      if (dropped.length === 0) shown.replaceChildren();
      dropped.push(mean);
      const [cx, cy] = view.place(mean);
      draw("circle", { cx, cy, r: 6, class: "halo", style: `fill:${colour(dropped.length - 1)}` }, shown);
      said.textContent = `${dropped.length} of ${count} starting means dropped.`;
      if (dropped.length === count) fit(startFrom(dropped, points), false);
    };
    input.addEventListener("input", () => show(Number(input.value)));
    again.addEventListener("click", () => fit(start, true));
    svg.addEventListener("click", (event) => {
      const box = svg.getBoundingClientRect();
      const place = view.point((event.clientX - box.left) / box.width * 420, (event.clientY - box.top) / box.height * view.height);
      drop(place.map((value, d) => Math.max(view.least[d], Math.min(view.most[d], value))));
    });
    svg.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!way && event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      if (!way) return drop([...aim]);
      aim = aim.map((value, d) => Math.max(view.least[d], Math.min(view.most[d], value + way[d] * view.step[d])));
      set(cross, { visibility: "visible", transform: `translate(${view.place(aim).join(" ")})` });
    });

    figure.querySelector("figcaption").append(make("div", { class: "controls" },
      make("p", {}, `Press ${count} places ${view.where} to start from means of your own, or go to them with the arrow keys and drop `
        + "them with enter. Where they are decides where it ends."),
      make("label", { class: "slider" }, make("span", {}, "iteration"), input, output),
      make("div", { class: "buttons" }, again), said));
    fit(start, true);
    // For the check of this page.
    figure.likelihoods = () => states.map((state) => state.likelihood);
  };

  [line, plane].forEach((drawing, place) => {
    const panels = [...document.querySelectorAll(`figure[id^="mixture-${place + 1}d-"]`)];
    if (panels.length > 1) explore(panels, drawing);
  });
})();
//]]>
