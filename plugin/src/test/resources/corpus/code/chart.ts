import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { ReactNode } from "react";

export interface Point {
  readonly x: number;
  readonly y: number;
  label?: string;
}

type Scale = (value: number) => number;

const clamp = (v: number, lo: number, hi: number): number => Math.min(hi, Math.max(lo, v));

function linearScale([d0, d1]: [number, number], [r0, r1]: [number, number]): Scale {
  const k = d1 === d0 ? 0 : (r1 - r0) / (d1 - d0);
  return (value) => r0 + (clamp(value, d0, d1) - d0) * k;
}

export function LineChart({ points, width = 640, height = 240, onHover }: {
  points: Point[];
  width?: number;
  height?: number;
  onHover?: (p: Point | null) => void;
}): ReactNode {
  const svg = useRef<SVGSVGElement | null>(null);
  const [active, setActive] = useState<number | null>(null);

  const { sx, sy } = useMemo(() => {
    const xs = points.map((p) => p.x);
    const ys = points.map((p) => p.y);
    return {
      sx: linearScale([Math.min(...xs), Math.max(...xs)], [32, width - 8]),
      sy: linearScale([Math.min(0, ...ys), Math.max(...ys)], [height - 24, 8]),
    };
  }, [points, width, height]);

  const path = points.map((p, i) => `${i === 0 ? "M" : "L"}${sx(p.x).toFixed(1)},${sy(p.y).toFixed(1)}`).join(" ");

  const move = useCallback((event: MouseEvent) => {
    const box = svg.current?.getBoundingClientRect();
    if (!box) return;
    const x = event.clientX - box.left;
    let best = -1, distance = Infinity;
    points.forEach((p, i) => {
      const d = Math.abs(sx(p.x) - x);
      if (d < distance) { best = i; distance = d; }
    });
    setActive(best >= 0 ? best : null);
    onHover?.(points[best] ?? null);
  }, [points, sx, onHover]);

  useEffect(() => {
    const node = svg.current;
    node?.addEventListener("mousemove", move);
    return () => node?.removeEventListener("mousemove", move);
  }, [move]);

  return (
    <svg ref={svg} width={width} height={height} role="img" aria-label="line chart">
      <path d={path} fill="none" stroke="currentColor" strokeWidth={1.5} />
      {active !== null && <circle cx={sx(points[active].x)} cy={sy(points[active].y)} r={4} className="fill-sky-500" />}
    </svg>
  );
}
