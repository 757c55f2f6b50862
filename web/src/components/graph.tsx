// A small graph over time: one canvas, its colours from the page's own.
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { rate } from '../format/amounts';
import './graph.css';

export interface Series {
  name: string;
  /** The CSS variable that holds its colour. */
  color: string;
  values: readonly number[];
}

const colorOf = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function faint(color: string): string {
  return `${color}22`;
}

const least = 60;

/** Two points are no graph: the time before the first sample counts as silence. */
function padded(at: readonly number[], series: readonly Series[]): UPlot.AlignedData {
  const lacking = Math.max(0, least - at.length);
  const first = at[0] ?? Math.floor(Date.now() / 1000);
  const times = [...Array.from({ length: lacking }, (_, index) => first - lacking + index), ...at];
  return [times, ...series.map((each) => [...Array.from({ length: lacking }, () => null), ...each.values])] as UPlot.AlignedData;
}

export function Graph({ label, at, series, height }: { label: string; at: readonly number[]; series: readonly Series[]; height: number }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const scheme = useComputedColorScheme('light');
  const names = series.map((each) => `${each.name}/${each.color}`).join();

  useEffect(() => {
    const box = place.current;
    if (!box) return;
    const lines = names.split(',').map((each) => each.split('/') as [string, string]);
    const ink = colorOf('--ink-3');
    const grid = { stroke: colorOf('--line'), width: 1 };
    const font = "11px 'Inter Variable', sans-serif";
    const made = new UPlot(
      {
        width: box.clientWidth,
        height,
        padding: [8, 0, 0, 0],
        cursor: { show: false },
        legend: { show: false },
        scales: { y: { range: (_, __, highest) => [0, Math.max(10_000, highest * 1.1)] } },
        axes: [
          { stroke: ink, grid: { show: false }, ticks: { show: false }, font, size: 22, space: 70, incrs: [60, 120, 300], values: (_, ticks) => ticks.map((tick) => new Date(tick * 1000).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })) },
          { stroke: ink, grid, ticks: { show: false }, font, size: 66, space: 36, values: (_, ticks) => ticks.map((tick) => rate(tick)) },
        ],
        series: [{}, ...lines.map(([name, color]) => ({ label: name, stroke: colorOf(color), fill: faint(colorOf(color)), width: 1.75, points: { show: false } }))],
      },
      [[], ...lines.map(() => [])] as UPlot.AlignedData,
      box,
    );
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: box.clientWidth, height }));
    watch.observe(box);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [names, height, scheme]);

  useEffect(() => {
    plot.current?.setData(padded(at, series));
  });

  const last = series.map((each) => `${each.name} ${rate(each.values.at(-1) ?? 0)}`).join(', ');
  return (
    <figure className="graph">
      <div ref={place} role="img" aria-label={`${label}. Now: ${last}`} style={{ height }} />
      <figcaption className="graph-legend small">
        {series.map((each) => (
          <span key={each.name} className="row">
            <i style={{ background: `var(${each.color})` }} />
            {each.name} <b className="num">{rate(each.values.at(-1) ?? 0)}</b>
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
