/** The page's whole style, in the colours of bedside and console: it must look the same from a memory stick in a clinic without a network. */
export const STYLE = `
:root { color-scheme: light dark; --page: #f4f7f7; --surface: #fff; --sunken: #edf2f2; --line: #d5dfe0; --ink: #0f2327; --muted: #4a5f63;
  --first: #0d707b; --second: #96370a; --soft: #7fbcc2; --good: #075e67; --good-soft: #e3f3f4; --bad: #96370a; --bad-soft: #fcefe6; --bad-line: #e9a57d;
  --open: #7a4d00; --open-soft: #fdf3dc; }
@media (prefers-color-scheme: dark) { :root { --page: #111b1d; --surface: #1a272a; --sunken: #142023; --line: #31454a; --ink: #e6eeef; --muted: #a9babd;
  --first: #74bbc1; --second: #ffb48a; --soft: #2c6b73; --good: #8fd6dc; --good-soft: #10343a; --bad: #ffb48a; --bad-soft: #3a2217; --bad-line: #8f4f2d;
  --open: #f4cd7d; --open-soft: #362a10; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 Inter, system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; }
main { margin: 0 auto; max-width: 72rem; padding: 2.2rem 1.25rem 4rem; display: grid; gap: 1.1rem; }
section, header { background: var(--surface); border: 1px solid var(--line); border-radius: 14px; padding: 1.3rem 1.5rem 1.4rem; min-width: 0; }
h1 { font-size: 1.15rem; font-weight: 600; line-height: 1.3; margin: 0; color: var(--muted); }
h2 { font-size: 1.12rem; margin: 0 0 .9rem; } p { margin: .45rem 0; max-width: 48rem; } .muted { color: var(--muted); } small.muted { font-size: .875rem; }
.hero { display: flex; flex-wrap: wrap; align-items: end; gap: .3rem 2.6rem; margin: .5rem 0 .4rem; }
.hero div { min-width: 7.5rem; } .hero b { display: block; font-size: 1.75rem; font-weight: 640; line-height: 1.15; font-variant-numeric: tabular-nums; }
.hero .main b { font-size: 3.4rem; letter-spacing: -.02em; color: var(--first); } .hero span { color: var(--muted); font-size: .9rem; }
.notice { border: 1px solid var(--bad-line); background: var(--bad-soft); color: var(--bad); border-radius: 10px; padding: .6rem .9rem; margin: .9rem 0 0; max-width: none; font-weight: 600; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .45rem .9rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tbody tr:last-child td, tbody tr:last-child th { border-bottom: 0; }
th { font-weight: 600; } thead th { color: var(--muted); font-size: .875rem; } td.number, th.number { text-align: right; white-space: nowrap; }
.figures td { vertical-align: middle; } td.range { width: 42%; padding-right: 0; min-width: 9rem; }
.range div { position: relative; height: 1.3rem; margin-right: 8px; border-inline: 1px solid var(--line);
  background: linear-gradient(var(--line), var(--line)) center / 1px 100% no-repeat, linear-gradient(var(--line), var(--line)) center / 100% 1px no-repeat; }
.range i { position: absolute; top: calc(50% - 2.5px); height: 5px; border-radius: 3px; background: var(--soft); }
.range b { position: absolute; top: calc(50% - 6.5px); width: 13px; height: 13px; border: 2px solid var(--surface); border-radius: 50%; background: var(--first); transform: translateX(-50%); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(21rem, 100%), 1fr)); gap: 1.6rem 2rem; }
figure { margin: 0; } svg { width: 100%; height: auto; display: block; }
figcaption { font-size: .875rem; display: flex; flex-wrap: wrap; gap: .2rem .9rem; padding-left: .4rem; } .key { color: var(--muted); }
.key i { display: inline-block; width: 1.1rem; height: 0; border-top: 3px solid; margin-right: .35rem; vertical-align: middle; }
.grid { stroke: var(--line); } .tick, .axis { fill: var(--muted); font-size: 12px; } .axis { font-size: 12.5px; }
.line { fill: none; stroke-width: 2.4; stroke-linejoin: round; stroke-linecap: round; } .dot { fill: var(--first); fill-opacity: .5; } .area { fill: var(--first); fill-opacity: .09; }
.line.first { stroke: var(--first); } .line.second { stroke: var(--second); } .line.guide { stroke: var(--muted); stroke-width: 1.2; stroke-dasharray: 4 5; }
i.first { border-color: var(--first); } i.second { border-color: var(--second); } i.guide { border-color: var(--muted); border-top-style: dashed !important; }
.pill { display: inline-block; border-radius: 999px; padding: .12rem .7rem; font-size: .85rem; font-weight: 640; white-space: nowrap; }
.passed { color: var(--good); background: var(--good-soft); } .failed { color: var(--bad); background: var(--bad-soft); } .inconclusive, .not-run { color: var(--open); background: var(--open-soft); }
.probes { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(21rem, 100%), 1fr)); gap: .9rem; }
.probe { border: 1px solid var(--line); border-radius: 11px; padding: .85rem 1rem .9rem; background: var(--sunken); }
.probe h3 { font-size: 1rem; margin: 0; display: flex; justify-content: space-between; align-items: center; gap: .6rem; } .probe p { margin: .5rem 0 0; }
.probe details { margin-top: .35rem; color: var(--muted); font-size: .9rem; } summary { cursor: pointer; min-height: 1.6rem; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(21rem, 100%), 1fr)); gap: 1.1rem; } .columns > section { align-self: stretch; }
.confusion { width: auto; border-collapse: separate; border-spacing: .35rem; } .confusion th, .confusion td { border: 0; }
.confusion td { text-align: center; padding: .8rem 2rem; border-radius: 9px; font-size: 1.5rem; font-weight: 620; vertical-align: middle; } .confusion th { padding: .2rem .5rem; vertical-align: middle; }
.confusion td.right { background: var(--good-soft); color: var(--good); } .confusion td.wrong { background: var(--bad-soft); color: var(--bad); }
.sounds { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(21rem, 100%), 1fr)); gap: .9rem; } .sounds p { margin: 0 0 .3rem; }
code, pre { font-family: ui-monospace, 'DejaVu Sans Mono', monospace; font-size: .84em; overflow-wrap: anywhere; } pre { margin: 0; background: var(--sunken); border-radius: 9px; padding: .9rem 1rem; }
dl { margin: 0; display: grid; grid-template-columns: minmax(8rem, 11rem) 1fr; gap: .55rem 1.2rem; } dt { font-weight: 600; } dd { margin: 0; min-width: 0; } dd ul { margin: 0; padding-left: 1.1rem; }
audio { width: 100%; height: 2.6rem; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; gap: .1rem; } dd { margin-bottom: .6rem; } td.range, th.range { display: none; } section, header { padding: 1rem; } }
@media print { body { background: none; } main { max-width: none; padding: 0; } section, header { border: 0; padding: .5rem 0; } h2 { break-after: avoid; } figure, tr, .probe { break-inside: avoid; } }
`
