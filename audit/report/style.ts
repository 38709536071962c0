/** The style sheet of the HTML report: light or dark as the reader has it, readable on paper and on a narrow screen. */
export const style = `
:root { color-scheme: light dark; --ink: #1c2024; --quiet: #60666d; --paper: #ffffff; --raised: #f5f6f8; --line: #dfe2e6;
  --good: #18794e; --warn: #946800; --bad: #c62a2f; }
@media (prefers-color-scheme: dark) { :root { --ink: #eceef0; --quiet: #9ba1a6; --paper: #151718; --raised: #1f2224;
  --line: #33383b; --good: #4cc38a; --warn: #f0c000; --bad: #ff8589; } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 72rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif }
h1 { font-size: 1.5rem; margin: 0 0 .25rem } h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem } h2 small { font-weight: 400 }
p { margin: .25rem 0 } small, .quiet { color: var(--quiet) }
.banner { margin: 1rem 0; padding: .75rem 1rem; border-left: .3rem solid; background: var(--raised); font-weight: 600 }
.holds { color: var(--good) } .open { color: var(--warn) } .findings { color: var(--bad) }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top }
th { color: var(--quiet); font-weight: 500; white-space: nowrap } .number { text-align: right }
.number + :not(.number) { padding-left: 1.25rem }
.exact, .accurate, .tolerable { color: var(--good) } .suspect, .convention { color: var(--warn) }
.wrong, .some { color: var(--bad); font-weight: 600 } .unsupported { color: var(--quiet) }
details { margin: .5rem 0; padding: .5rem .75rem; background: var(--raised); border-left: .2rem solid var(--line) }
details.news { border-color: var(--bad) } details.notice { border-color: var(--warn) }
summary { cursor: pointer; overflow-wrap: anywhere } summary b { margin-right: .4rem }
pre { margin: .5rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, monospace }
a { color: inherit }
`
