// How many pieces are here, as a field of cells. The API counts pieces and does not say which: the field fills in the order of the cells.
import { useEffect, useRef } from 'react';
import { useComputedColorScheme } from '@mantine/core';
import { count } from '../../format/amounts';

const cell = 10;
const gap = 2;
const most = 74;

export function Pieces({ done, total, availability }: { done: number; total: number; availability: number | undefined }) {
  const place = useRef<HTMLCanvasElement>(null);
  const scheme = useComputedColorScheme('light');

  useEffect(() => {
    const canvas = place.current;
    if (!canvas) return;
    const draw = () => {
      const pen = canvas.getContext('2d');
      if (!pen || total === 0) return;
      const width = canvas.clientWidth;
      const across = Math.max(1, Math.floor((width + gap) / (cell + gap)));
      const cells = Math.min(total, across * Math.floor((most + gap) / (cell + gap)));
      const height = Math.ceil(cells / across) * (cell + gap) - gap;
      const wide = cells < across ? (width + gap) / cells - gap : cell;
      const filled = (done / total) * cells;
      const ratio = window.devicePixelRatio;
      canvas.width = width * ratio;
      canvas.height = height * ratio;
      canvas.style.height = `${height}px`;
      const style = getComputedStyle(document.documentElement);
      pen.scale(ratio, ratio);
      for (let index = 0; index < cells; index += 1) {
        const x = (index % across) * (wide + gap);
        const y = Math.floor(index / across) * (cell + gap);
        pen.fillStyle = style.getPropertyValue('--bar-track');
        pen.fillRect(x, y, wide, cell);
        const part = Math.min(1, Math.max(0, filled - index));
        if (part === 0) continue;
        pen.globalAlpha = part < 1 ? 0.5 : 1;
        pen.fillStyle = style.getPropertyValue('--bar');
        pen.fillRect(x, y, wide, cell);
        pen.globalAlpha = 1;
      }
    };
    draw();
    const watch = new ResizeObserver(draw);
    watch.observe(canvas);
    return () => watch.disconnect();
  }, [done, total, scheme]);

  return (
    <figure>
      <canvas ref={place} className="pieces" role="img" aria-label={`${count(done)} of ${count(total)} pieces are here and verified`} />
      <figcaption className="small muted num">
        {count(done)} of {count(total)} pieces here and verified (how many, not which)
        {availability !== undefined && done < total && <> · the rarest missing piece {availability === 0 ? 'has no source right now' : `has ${availability === 1 ? 'one source' : `${availability} sources`}`}</>}
      </figcaption>
    </figure>
  );
}
