// Charts: `<figure data-chart="figures">` draws what the JSON block of that id holds, in the colours of the page.
//
// The block is `{option: <an ECharts option>, label: "what it shows"}`. Colours are named as tokens ("--series-1"), so that they
// follow light and dark. Beside it stands a table with the same figures, which screen readers read.
import { BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart } from "echarts/charts";
import {
  AriaComponent, DataZoomComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, MarkPointComponent,
  TooltipComponent, VisualMapComponent,
} from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import "./styles/chart.css";

use([
  BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart, AriaComponent, DataZoomComponent, GridComponent, LegendComponent,
  MarkAreaComponent, MarkLineComponent, MarkPointComponent, TooltipComponent, VisualMapComponent, SVGRenderer,
]);

const drawn = new Set();
const SERIES = [1, 2, 3, 4, 5, 6, 7, 8];

/** Draw the charts that a part of the page holds. */
export function startCharts(root) {
  const places = [...(root.matches?.("[data-chart]") ? [root] : []), ...root.querySelectorAll("[data-chart]")];
  places.filter((place) => !place.chart).forEach(draw);
}

function draw(place) {
  // What comes into a page later brings no script elements, not even of data: it says it in an attribute.
  const told = JSON.parse(place.dataset.told ?? document.getElementById(place.dataset.chart).textContent);
  const frame = document.createElement("div");
  frame.className = "chart-frame";
  if (told.label) {
    frame.setAttribute("role", "img");
    frame.setAttribute("aria-label", told.label);
  }
  place.prepend(frame);
  place.chart = init(frame, null, { renderer: "svg" });
  place.told = told;
  place.redraw = () => show(place);
  place.classList.add("ready");
  drawn.forEach((other) => other.isConnected || drawn.delete(other));
  drawn.add(place);
  show(place);
  new ResizeObserver(() => place.chart.resize()).observe(frame);
  place.chart.on("click", (point) => {
    const address = point.data?.href;
    if (address) location.assign(address);
    place.dispatchEvent(new CustomEvent("chart:clicked", { bubbles: true, detail: point }));
  });
}

function show(place) {
  place.chart.setOption(coloured(themed(place.told.option), getComputedStyle(place)), { notMerge: true });
}

/** What all charts share, under what this one says itself. */
function themed(option) {
  const written = new Intl.NumberFormat(document.documentElement.lang || "en-GB");
  const figure = (value) => (typeof value === "number" ? written.format(value) : (value ?? "–"));
  const axis = {
    axisLine: { lineStyle: { color: "--line-strong" } }, axisTick: { show: false },
    axisLabel: { color: "--ink-soft", fontSize: 12, hideOverlap: true }, splitLine: { lineStyle: { color: "--line" } },
    nameTextStyle: { color: "--ink-soft" },
  };
  const axes = (given, usual) => [given].flat().filter(Boolean).map((one) => ({ ...usual, ...one }));
  const inFigures = (one) => (one.type === "value" ? { ...one, axisLabel: { formatter: figure, ...axis.axisLabel, ...one.axisLabel } } : one);
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  return {
    color: SERIES.map((number) => `--series-${number}`),
    // By its name, so that the width of words can be measured.
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: "--ink" },
    ...option,
    animation: !isStill && option.animation !== false,
    animationDuration: 250,
    grid: [option.grid ?? {}].flat().map((one) => ({ left: 8, right: 16, top: 32, bottom: 8, containLabel: true, ...one })),
    ...(option.xAxis && { xAxis: axes(option.xAxis, { ...axis, splitLine: { show: false } }).map(inFigures) }),
    ...(option.yAxis && { yAxis: axes(option.yAxis, axis).map(inFigures) }),
    ...(option.legend && { legend: { textStyle: { color: "--ink-soft" }, itemWidth: 18, top: 0, left: 0, ...option.legend } }),
    tooltip: {
      // The words of a tooltip go into the page as text with style attributes otherwise, which the policy refuses.
      renderMode: "richText", valueFormatter: (value) => [value].flat().map(figure).join(", "), confine: true, backgroundColor: "--surface", borderColor: "--line-strong", textStyle: { color: "--ink", fontSize: 13 },
      ...option.tooltip,
    },
  };
}

/** The same with every token as the colour that it is now. */
function coloured(value, style) {
  if (typeof value === "string") return value.startsWith("--") ? style.getPropertyValue(value).trim() || value : value;
  if (Array.isArray(value)) return value.map((one) => coloured(one, style));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, coloured(one, style)]));
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.forEach(show));
addEventListener("beforeprint", () => drawn.forEach((place) => place.chart.resize()));
