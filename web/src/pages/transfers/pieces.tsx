// Which pieces are here, as a field of cells in the order of the content: here, to be had from somebody, or held by nobody who is connected.
import { useEffect, useRef } from 'react';
import { useComputedColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { transfers } from '../../api/calls';
import type { PieceMap } from '../../api/types';
import { count } from '../../format/amounts';
import { colorOf, fieldOf, sentenceOf } from './piece_field';

const cell = 10;
const gap = 2;
const most = 74;
const usualCells = 512;
const askEvery = 2000;

function draw(canvas: HTMLCanvasElement, map: PieceMap, running: boolean) {
  const pen = canvas.getContext('2d');
  if (!pen || map.cells.length === 0) return;
  const width = canvas.clientWidth;
  const across = Math.max(1, Math.floor((width + gap) / (cell + gap)));
  const field = fieldOf(map.cells, across * Math.floor((most + gap) / (cell + gap)));
  const height = Math.ceil(field.length / across) * (cell + gap) - gap;
  const wide = field.length < across ? (width + gap) / field.length - gap : cell;
  const ratio = window.devicePixelRatio;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  canvas.style.height = `${height}px`;
  const style = getComputedStyle(document.documentElement);
  pen.scale(ratio, ratio);
  field.forEach((each, index) => {
    const x = (index % across) * (wide + gap);
    const y = Math.floor(index / across) * (cell + gap);
    pen.fillStyle = style.getPropertyValue(colorOf(each, running));
    pen.fillRect(x, y, wide, cell);
    if (each.done === 0) return;
    // What is here fills a cell from its beginning, however the pieces lie in it.
    pen.fillStyle = style.getPropertyValue('--bar');
    pen.fillRect(x, y, Math.max(1, (wide * each.done) / 100), cell);
  });
}

function Field({ map, running }: { map: PieceMap; running: boolean }) {
  const place = useRef<HTMLCanvasElement>(null);
  const scheme = useComputedColorScheme('light');
  useEffect(() => {
    const canvas = place.current;
    if (!canvas) return;
    draw(canvas, map, running);
    const watch = new ResizeObserver(() => draw(canvas, map, running));
    watch.observe(canvas);
    return () => watch.disconnect();
  }, [map, running, scheme]);
  return <canvas ref={place} className="pieces" role="img" aria-label={sentenceOf(map, running)} />;
}

export function Pieces({ id, done, total, running }: { id: string; done: number; total: number; running: boolean }) {
  const asked = useQuery({
    queryKey: ['pieces', id],
    queryFn: ({ signal }) => transfers.pieces(id, usualCells, signal),
    refetchInterval: running ? askEvery : false,
    retry: false,
  });
  const { refetch } = asked;
  useEffect(() => {
    if (!running) void refetch();
  }, [running, done, refetch]);
  const map = asked.data;
  const drawn = map !== undefined && map.cells.length > 0;
  return (
    <figure>
      {drawn && <Field map={map} running={running} />}
      <figcaption className="small muted">
        {drawn && (
          <ul className="piece-legend" aria-hidden>
            <li className="here">Here</li>
            {running && <li className="there">Somebody has it</li>}
            {running ? <li className="nobody">Nobody connected has it</li> : <li>Missing</li>}
          </ul>
        )}
        <span className="num">
          {count(drawn ? map.pieces_done : done)} of {count(drawn ? map.pieces_total : total)} pieces here and verified
        </span>
      </figcaption>
    </figure>
  );
}
