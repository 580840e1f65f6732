// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.report;

/** The style sheet of the page, for light and dark. */
final class PageStyle {
  static final String CSS =
      """
      :root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#59636e;--line:#d8dee4;
      --s0:#0969da;--s1:#bc4c00;--s2:#1a7f37;--s3:#8250df;--s4:#cf222e;--s5:#0e8a8a;--s6:#9a6700;--s7:#57606a;--s8:#bf3989;--s9:#4d7c0f}
      @media (prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--dim:#9198a1;--line:#30363d;
      --s0:#58a6ff;--s1:#f0883e;--s2:#3fb950;--s3:#bc8cff;--s4:#ff7b72;--s5:#39c5cf;--s6:#d29922;--s7:#8b949e;--s8:#f778ba;--s9:#a5d64c}}
      body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:94rem;padding:0 1.2rem;color:var(--fg);background:var(--bg)}
      h1{font-size:1.5rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}p{max-width:50rem;color:var(--dim)}
      dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;font-size:13px}dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}
      .plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,34rem),1fr));gap:1rem}
      .table{overflow-x:auto}table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}
      th,td{padding:.2rem .7rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}th{color:var(--dim);font-weight:600}
      th:nth-child(2),td:nth-child(2){text-align:left}tr.first td{border-top:2px solid var(--line)}
      summary{cursor:pointer;margin:1rem 0}svg{width:100%;height:auto}svg text{font-size:11px;fill:var(--dim)}
      svg text.title{font-size:13px;font-weight:600;fill:var(--fg)}svg text.name{fill:var(--fg)}
      polyline,path{fill:none;stroke-width:1.6}.grid{stroke:var(--line);stroke-width:1}.axis{stroke:var(--dim);stroke-width:1}
      .dash{stroke-dasharray:5 3}.ref{stroke:var(--fg);stroke-dasharray:2 3}polygon,.area{stroke:none;fill-opacity:.75}
      .s0{stroke:var(--s0)}.s1{stroke:var(--s1)}.s2{stroke:var(--s2)}.s3{stroke:var(--s3)}.s4{stroke:var(--s4)}
      .s5{stroke:var(--s5)}.s6{stroke:var(--s6)}.s7{stroke:var(--s7)}.s8{stroke:var(--s8)}.s9{stroke:var(--s9)}
      circle.s0,polygon.s0,.area.s0{fill:var(--s0)}circle.s1,polygon.s1,.area.s1{fill:var(--s1)}circle.s2,polygon.s2,.area.s2{fill:var(--s2)}
      circle.s3,polygon.s3,.area.s3{fill:var(--s3)}circle.s4,polygon.s4,.area.s4{fill:var(--s4)}circle.s5,polygon.s5,.area.s5{fill:var(--s5)}
      circle.s6,polygon.s6,.area.s6{fill:var(--s6)}circle.s7,polygon.s7,.area.s7{fill:var(--s7)}circle.s8,polygon.s8,.area.s8{fill:var(--s8)}
      circle.s9,polygon.s9,.area.s9{fill:var(--s9)}polygon,.area.s0,.area.s1,.area.s2,.area.s3,.area.s4,.area.s5,.area.s6,.area.s7,.area.s8{stroke:none}
      """;

  private PageStyle() {}
}
