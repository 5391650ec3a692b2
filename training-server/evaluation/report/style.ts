/** The page's whole style: it must look the same from a memory stick in a clinic without a network. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --muted: #5b6675; --line: #d9dee6; --paper: #fff; --soft: #f4f6f9;
  --first: #0b6e99; --second: #b4560f; --good: #1a7f4b; --bad: #b3261e; --open: #8a6100; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf2; --muted: #a3adba; --line: #39424f; --paper: #14181e; --soft: #1d232b;
  --first: #5cc0ea; --second: #f2a15f; --good: #59cf93; --bad: #ff8a80; --open: #e6b84a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; } h2 { font-size: 1.2rem; margin: 2.4rem 0 .7rem; }
p { margin: .4rem 0; max-width: 46rem; } .muted { color: var(--muted); }
.notice { border-left: 4px solid var(--bad); background: var(--soft); padding: .7rem 1rem; margin: 1rem 0; max-width: none; font-weight: 600; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .38rem .7rem .38rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; } td.number, th.number { text-align: right; white-space: nowrap; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 1.5rem; }
figure { margin: 0; } svg { width: 100%; height: auto; display: block; }
figcaption { font-size: .875rem; display: flex; flex-wrap: wrap; gap: .2rem .9rem; } .key { color: var(--muted); }
.key i { display: inline-block; width: 1.1rem; height: 0; border-top: 3px solid; margin-right: .35rem; vertical-align: middle; }
.grid { stroke: var(--line); } .tick, .axis { fill: var(--muted); font-size: 12px; }
.line { fill: none; stroke-width: 2.2; stroke-linejoin: round; } .dot { fill: var(--first); fill-opacity: .55; }
.line.first { stroke: var(--first); } .line.second { stroke: var(--second); } .line.guide { stroke: var(--muted); stroke-width: 1.2; stroke-dasharray: 4 4; }
i.first { border-color: var(--first); } i.second { border-color: var(--second); } i.guide { border-color: var(--muted); border-top-style: dashed !important; }
.outcome { font-weight: 700; white-space: nowrap; } .passed { color: var(--good); } .failed { color: var(--bad); } .inconclusive, .not-run { color: var(--open); }
.confusion { width: auto; } .confusion td { text-align: center; padding: .6rem 1.4rem; border: 1px solid var(--line); font-size: 1.15rem; }
.confusion td.right { background: color-mix(in srgb, var(--good) 16%, transparent); } .confusion td.wrong { background: color-mix(in srgb, var(--bad) 14%, transparent); }
.confusion th { padding: .4rem .9rem; } code { font-size: .85em; overflow-wrap: anywhere; } dt { font-weight: 600; margin-top: .6rem; } dd { margin: 0; }
audio { width: 100%; max-width: 24rem; height: 2.2rem; }
@media print { body { max-width: none; padding: 0; } h2 { break-after: avoid; } figure, tr { break-inside: avoid; } }
`
