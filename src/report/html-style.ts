// The style of the HTML report: light and dark by the reader's system, narrow screens, paper. One string, for the page has to
// stand by itself. Contrast of every text is 4.5 to 1 or better, in both schemes.

export const STYLE = `
:root {
  --page: #fbfbfa; --card: #fff; --ink: #1d1f23; --soft: #5c6069; --line: #dfe0e3; --hover: #f1f1ef; --link: #1f4f9e;
  --fail: #9b1c14; --fail-bg: #fce4e0; --warn: #734800; --warn-bg: #fbebc8; --open: #4d4190; --open-bg: #e9e6f7;
  --pass: #17602f; --pass-bg: #dcf1e2; --seen: #0c5570; --seen-bg: #dbeff6; --none: #6a6e76;
  --client: #17602f; --server: #1f4f9e; --mark: #fff1b8;
  --mono: ui-monospace, "SFMono-Regular", "DejaVu Sans Mono", Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #131519; --card: #1b1e24; --ink: #e6e7ea; --soft: #a2a7b1; --line: #31353d; --hover: #23272e; --link: #92b8f5;
    --fail: #ffb0a6; --fail-bg: #4c1d19; --warn: #f5cf83; --warn-bg: #43310d; --open: #cbc2fa; --open-bg: #322c57;
    --pass: #9bdcaf; --pass-bg: #17392a; --seen: #96d5ec; --seen-bg: #123744; --none: #979ca6;
    --client: #9bdcaf; --server: #92b8f5; --mark: #4d4212;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 6rem; }
body { margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 76rem; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
body:has(.panel:target) { overflow: hidden; }
h1 { font-size: 2rem; line-height: 1.15; letter-spacing: -.02em; margin: 0 0 .35rem; }
h2 { font-size: 1.35rem; letter-spacing: -.01em; margin: 3rem 0 .25rem; }
h3 { font-size: 1.3rem; line-height: 1.3; margin: .35rem 0; text-wrap: balance; }
h4 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
p { margin: .35rem 0; }
a { color: var(--link); text-underline-offset: .18em; text-decoration-color: color-mix(in srgb, currentColor 35%, transparent); }
a:hover { text-decoration-color: currentColor; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: .25rem; }
code, pre { font-family: var(--mono); font-size: .86em; }
code { overflow-wrap: anywhere; }
.facts, .lead, .cited { color: var(--soft); }
.facts { font-size: .93rem; }
.lead { max-width: 46rem; margin-bottom: 1rem; }
.banner { display: inline-block; margin-top: .75rem; padding: .35rem .75rem; border-radius: .4rem; background: var(--warn-bg); color: var(--warn); }

.badge { display: inline-block; white-space: nowrap; padding: .08rem .55rem; border-radius: 1rem; font-size: .85rem; font-weight: 600; color: var(--none); }
.badge small { font-weight: 400; }
.badge.fail, .badge.crashed { color: var(--fail); background: var(--fail-bg); }
.badge.warn, .badge.never-connected { color: var(--warn); background: var(--warn-bg); }
.badge.inconclusive, .badge.interrupted { color: var(--open); background: var(--open-bg); }
.badge.pass { color: var(--pass); background: var(--pass-bg); }
.badge.observed { color: var(--seen); background: var(--seen-bg); }
.badge.not-applicable, .badge.not-run { font-weight: 400; padding-inline: 0; }

.summary { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 1rem; margin-top: 1.75rem; }
.client { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.1rem 1.25rem; }
.client h2 { margin: 0; font-size: 1.2rem; }
.bar { display: flex; gap: 2px; height: .6rem; margin: .9rem 0 .5rem; border-radius: .3rem; overflow: hidden; }
.bar span { min-width: .3rem; }
.bar .fail { background: #cf4434; } .bar .warn { background: #dd9a1d; } .bar .inconclusive { background: #8d80d3; }
.bar .pass { background: #3f9c5d; } .bar .observed { background: #3d9ac0; }
.figures, .broken, .verdicts, .others, .evidence { list-style: none; padding: 0; margin: 0; }
.figures { display: flex; flex-wrap: wrap; gap: .1rem .9rem; font-size: .88rem; color: var(--soft); }
.figures b { font-size: 1.15rem; color: var(--ink); font-variant-numeric: tabular-nums; }
.broken { margin-top: .9rem; padding-top: .75rem; border-top: 1px solid var(--line); font-size: .93rem; }
.broken li { display: flex; gap: .6rem; align-items: baseline; padding: .18rem 0; }
.broken .badge { flex: none; width: 5.1rem; text-align: center; }
.broken a { color: inherit; }
.none { margin-top: .9rem; color: var(--soft); }

.scrolling { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
.matrix { border-collapse: separate; border-spacing: 0; width: 100%; }
.matrix th, .matrix td { text-align: left; vertical-align: top; padding: .5rem .8rem; border-bottom: 1px solid var(--line); font-weight: 400; }
.matrix tbody:last-child tr:last-child > * { border-bottom: 0; }
.matrix thead th { font-weight: 600; vertical-align: bottom; white-space: nowrap; }
.matrix thead .cited { font-weight: 400; }
.matrix th:first-child { position: sticky; left: 0; z-index: 1; background: var(--card); min-width: 17rem; width: 100%; }
.matrix tr:target > *, .matrix tr:target > th:first-child { background: var(--hover); }
.matrix tbody tr:not(.phase):hover > *, .matrix tbody tr:not(.phase):hover > th:first-child { background: var(--hover); }
.matrix .title { display: block; font-size: .93rem; line-height: 1.4; }
.matrix .cited { font-size: .8rem; margin-left: .5rem; }
.matrix thead .cited { display: block; margin-left: 0; }
.matrix tbody code { color: var(--soft); }
.matrix td a { text-decoration: none; }
.matrix td a:hover .badge { text-decoration: underline; }
.matrix .phase th { padding-top: 1.2rem; font-weight: 600; font-size: .93rem; color: var(--soft); }
.nothing { color: var(--none); padding-left: .55rem; }
.folded { margin-top: .75rem; font-size: .93rem; }
.folded summary { cursor: pointer; color: var(--soft); }
.folded ul { margin: .5rem 0; padding-left: 1.2rem; columns: 24rem; column-gap: 2rem; }
.folded li { break-inside: avoid; padding: .1rem 0; }
.legend { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: .35rem 2rem; margin: .75rem 0; font-size: .93rem; }
.legend div { display: flex; gap: .75rem; align-items: baseline; }
.legend dt { flex: none; width: 8rem; }
.legend dd { margin: 0; }

.panel { display: none; }
.panel:target { display: block; position: fixed; inset: 0; z-index: 10; }
.veil { position: absolute; inset: 0; background: #0009; }
.sheet { position: absolute; inset: 0 0 0 auto; width: min(58rem, 100%); overflow-y: auto; overscroll-behavior: contain; padding: 1.5rem 1.75rem 4rem; background: var(--card); box-shadow: -.5rem 0 2.5rem #0005; }
.close { position: sticky; top: 0; float: right; z-index: 1; padding: .4rem .9rem; border: 1px solid var(--line); border-radius: 2rem; background: var(--card); color: var(--ink); text-decoration: none; font-size: .93rem; }
.close:hover { background: var(--hover); }
.over { color: var(--soft); }
.finding { margin-top: 1.1rem; padding-left: 1rem; border-left: 3px solid var(--line); }
.finding h4 { margin: 0; font-weight: 400; color: var(--soft); font-size: .93rem; }
.evidence { margin: .4rem 0 .2rem; }
.evidence li { display: block; padding: .05rem 0; font-size: .93rem; }
.evidence .c, .transcript .c { color: var(--client); }
.evidence .s, .transcript .s { color: var(--server); }
.connection { color: var(--soft); font-size: .85rem; }
.others li { display: inline-block; margin: .15rem 1.25rem .15rem 0; }
.asked { margin-top: 2rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .93rem; color: var(--soft); }
.asked dt { color: var(--ink); font-weight: 600; } .asked dd { margin: 0 0 .75rem; max-width: 44rem; }
.verdicts li { display: flex; gap: .75rem; align-items: baseline; padding: .3rem 0; }
.verdicts .badge { flex: none; }
.verdicts div { min-width: 0; }
.transcript { margin: .5rem 0 1.25rem; padding: .9rem 1rem; overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; background: var(--page); font-size: .8rem; line-height: 1.5; }
.transcript .aside, .cut { color: var(--soft); }
.transcript .anomaly { color: var(--warn); font-weight: 600; }
.transcript mark { background: var(--mark); color: inherit; }
.transcript mark .aside { color: var(--ink); }

@media (max-width: 40rem) {
  body { padding: 1.5rem 1rem 3rem; }
  h1 { font-size: 1.6rem; }
  .matrix th:first-child { min-width: 10.5rem; }
  .matrix th, .matrix td { padding: .5rem .6rem; }
  .matrix thead th { white-space: normal; }
  .matrix tbody .cited { display: none; }
  .verdicts li { display: block; }
  .sheet { padding: 1rem 1rem 3rem; }
}
@media print {
  :root { --page: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --link: #000; --fail: #000; --warn: #000; --open: #000; --pass: #000; --seen: #000; --none: #444; --fail-bg: #fff; --warn-bg: #fff; --open-bg: #fff; --pass-bg: #fff; --seen-bg: #fff; --client: #000; --server: #000; }
  body { padding: 0; max-width: none; font-size: 10pt; }
  body:has(.panel:target) { overflow: visible; }
  a { text-decoration: none; }
  .scrolling { overflow: visible; border: 0; }
  .badge { padding-inline: 0; }
  .matrix th:first-child { position: static; }
  .matrix tr, .client { break-inside: avoid; }
  .matrix thead { display: table-header-group; }
  h2, h4, .matrix .phase { break-after: avoid; }
  .panel, .panel:target { display: none; position: static; }
  .panel.prints { display: block; margin-top: 1.5rem; break-inside: avoid; }
  .sheet { position: static; width: auto; overflow: visible; padding: 0; box-shadow: none; }
  .veil, .close, .folded, .asked { display: none; }
}
`;
