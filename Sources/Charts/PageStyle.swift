/// How a page looks, beside its charts. Nothing in it needs escaping in XML.
enum PageStyle {
  static let styleSheet = """
    :root{color-scheme:light dark;--page:#f6f6f4;--ink:#1c1f23;--quiet:#5d646c;--border:#dfe1e3;--note:#fff6e0}
    @media (prefers-color-scheme:dark){:root{--page:#0d0f12;--ink:#e4e7ea;--quiet:#9aa2ab;--border:#2b3036;\
    --note:#2a2413}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif;\
    -webkit-text-size-adjust:100%}
    main{max-width:1160px;margin:0 auto;padding:2.5rem 1.25rem 3rem}
    h1{font-size:2rem;line-height:1.2;margin:0;overflow-wrap:anywhere}
    h2{font-size:1.05rem;line-height:1.3;margin:0}
    p{margin:0}
    .eyebrow{font-size:.8rem;letter-spacing:.08em;text-transform:uppercase;color:var(--quiet)}
    .facts{margin-top:.4rem;color:var(--quiet);overflow-wrap:anywhere}
    section{margin-top:1.5rem}
    .headline{display:grid;grid-template-columns:repeat(auto-fit,minmax(195px,1fr));gap:1rem}
    .card,figure,details,.scroll,section pre{background:var(--surface);border:1px solid var(--border);\
    border-radius:10px}
    .card{padding:.9rem 1rem}
    .card .name{font-size:.85rem;color:var(--quiet)}
    .card .value{font-size:1.7rem;line-height:1.3;font-weight:600;font-variant-numeric:tabular-nums}
    .card .unit{font-size:.9rem;font-weight:400;color:var(--quiet);margin-left:.35em}
    .card .more{font-size:.8rem;line-height:1.4;color:var(--quiet)}
    .notes{background:var(--note);border:1px solid var(--border);border-left:4px solid #E69F00;\
    border-radius:10px;padding:.75rem 1rem}
    .notes p+p,.remarks p+p{margin-top:.4rem}
    .remarks{border-left:4px solid var(--border);padding:.1rem 1rem;color:var(--quiet)}
    .runs td{white-space:nowrap}
    .runs td:first-child,.runs th:first-child{width:auto;min-width:11rem;white-space:normal;overflow-wrap:anywhere}
    .swatch{display:inline-block;vertical-align:middle;margin-right:.5rem}
    .figures{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:1rem}
    figure{margin:0;padding:1rem 1.1rem}
    figure.full{grid-column:1/-1}
    figcaption{margin-bottom:.6rem}
    figcaption p{font-size:.85rem;color:var(--quiet)}
    .narrow{display:none}
    .figures figure:not(.full)>.chart{max-width:40rem;margin:auto}
    .window{overflow-x:auto}.window .chart{max-width:var(--most);margin:auto}
    .window:not(.half)>div{min-width:var(--least);padding-right:1.5rem}
    .window.tall{max-height:85vh;overflow:auto}
    section h2{margin-bottom:.6rem}
    figcaption h2{margin-bottom:0}
    details{margin-top:.5rem}
    summary{padding:.6rem 1rem;cursor:pointer;font-weight:600;font-size:.95rem}
    details pre{border:0;border-top:1px solid var(--border);border-radius:0 0 10px 10px}
    section pre{margin:0;padding:.8rem 1rem;font:13px/1.5 ui-monospace,monospace;white-space:pre-wrap;\
    overflow-wrap:anywhere;unicode-bidi:isolate}
    .word{display:inline-block;max-width:100%}
    .part{font-size:.85rem;color:var(--quiet);margin:.8rem 0 .3rem}
    .scroll{overflow-x:auto;margin-top:1rem}
    table{border-collapse:collapse;width:100%;font-size:.9rem}
    th,td{text-align:left;padding:.45rem 1rem;vertical-align:top}
    td+td{overflow-wrap:anywhere}.checkpoints td{white-space:nowrap}
    td:first-child,th:first-child{width:1%;white-space:nowrap}
    th{font-weight:600;color:var(--quiet);white-space:nowrap}
    tbody tr{border-top:1px solid var(--border)}
    .number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    footer{margin-top:2rem;font-size:.8rem;color:var(--quiet)}
    .controls{display:grid;gap:.5rem;margin-top:.6rem;font-size:.85rem}
    .slider{display:grid;grid-template-columns:9.5rem minmax(0,1fr) minmax(4rem,auto);gap:.6rem;align-items:center}
    .slider input{width:100%;margin:0;accent-color:var(--series-0)}
    .slider output{font-variant-numeric:tabular-nums}
    .buttons{display:flex;flex-wrap:wrap;gap:.5rem}
    .buttons button{font:inherit;color:inherit;background:var(--page);border:1px solid var(--border);\
    border-radius:6px;padding:.35rem .7rem;cursor:pointer}
    .buttons button:disabled{opacity:.5;cursor:default}
    .controls .formula{color:inherit;font-variant-numeric:tabular-nums}
    .buttons button[aria-pressed=true]{border-color:var(--series-0);box-shadow:inset 0 0 0 1px var(--series-0)}
    .controls .said{color:inherit;min-height:3em;font-variant-numeric:tabular-nums}
    .drawing{display:grid;grid-template-columns:minmax(0,300px) minmax(0,1fr);gap:1rem}
    .drawing .slider{grid-template-columns:1rem minmax(0,1fr) 4.5rem}.drawing meter{width:100%}
    .pads canvas{display:block;border:1px solid var(--border);background:#fff}
    .pads canvas:first-child{width:100%;touch-action:none;cursor:crosshair}
    .pads canvas+canvas{width:56px;margin-top:.5rem;image-rendering:pixelated}
    .units{display:grid;grid-template-columns:repeat(auto-fill,minmax(1.6rem,1fr));gap:3px}
    .units button{aspect-ratio:1;padding:0;font:inherit;line-height:1;color:inherit;cursor:pointer;\
    border:1px solid var(--border);border-radius:4px;\
    background:color-mix(in srgb,var(--series-0) calc(100%*var(--strength,0)),var(--surface))}
    .units button[aria-pressed=true]{background:none;border-style:dashed}
    .maps{display:block;width:100%;max-width:720px;image-rendering:pixelated;background:var(--border);\
    border:1px solid var(--border)}
    .neighbours{display:grid;grid-template-columns:repeat(6,minmax(0,56px));gap:.5rem;text-align:center}
    .neighbours canvas{display:block;width:100%;border:1px solid var(--border);image-rendering:pixelated}
    .pair{display:grid;grid-template-columns:1rem minmax(0,1fr) 4.5rem minmax(0,1fr) 4.5rem;gap:.6rem;\
    align-items:center;font-variant-numeric:tabular-nums}.pair meter{width:100%}
    .slider input[type=text]{font:inherit;color:inherit;background:var(--page);border:1px solid var(--border);\
    border-radius:6px;padding:.3rem .5rem}
    .moving{transition:transform .3s linear}
    @media (prefers-reduced-motion:reduce){.moving{transition:none}}
    .now>rect,.now>path{stroke:var(--series-1);stroke-opacity:1;stroke-width:2.5}
    a{color:var(--series-0)}
    @media (max-width:760px){.drawing{grid-template-columns:minmax(0,1fr)}
    .slider{grid-template-columns:minmax(0,1fr) auto}
    .slider input{grid-row:2;grid-column:1/-1;height:1.8rem}
    .drawing .slider{grid-template-columns:1rem minmax(0,1fr) 4.5rem}.units button{min-height:2rem}}
    @media (max-width:760px){main{padding:1.5rem .75rem 2rem}h1{font-size:1.5rem}
    figure{padding:.9rem .8rem}.chart.touched{font-size:14px}
    .headline{grid-template-columns:repeat(2,minmax(0,1fr));gap:.6rem}.card .value{font-size:1.35rem}
    }
    @media (max-width:1000px){.figures{grid-template-columns:minmax(0,1fr)}.wide{display:none}
    .narrow{display:block;max-width:32rem;margin:auto}
    .figures .window>div{min-width:var(--readable)}}
    @media print{body{background:none}.window.tall{max-height:none}figure,.card{break-inside:avoid}}
    """
}
