import Memory

/// The page's style sheet and script. They stand in the page itself, which loads nothing from anywhere; the policy that
/// the page is sent with allows these two by their digests and no other.
enum PageStyle {
  static let sheet: StaticString = """
    :root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--soft:#5a6472;--line:#d5dae1;--head:#eef1f5;--hover:#f4f8ff;\
    --link:#0a58ca;--up:#176c33;--upbg:#e4f5e8;--down:#a3151d;--downbg:#fde5e5;--warn:#8a4b00;--warnbg:#fff0d9;\
    --maint:#5b4695;--maintbg:#efeafa;--none:#475161;--nonebg:#edf0f3;--fe:#f5f7fa}
    @media(prefers-color-scheme:dark){:root{--bg:#14181d;--fg:#e3e7ec;--soft:#9aa5b3;--line:#343c46;--head:#222931;\
    --hover:#1d2733;--link:#7db3ff;--up:#7ddc97;--upbg:#16301e;--down:#ff9a9a;--downbg:#3c1a1c;--warn:#ffc475;\
    --warnbg:#3a2a12;--maint:#c5b2ff;--maintbg:#2b2443;--none:#b3bdc9;--nonebg:#272e36;--fe:#1a2027}}
    *{box-sizing:border-box}
    body{margin:0;padding:1rem 1.25rem 3rem;background:var(--bg);color:var(--fg);font:14px/1.45 system-ui,sans-serif}
    h1{margin:0;font-size:1.35rem}h1 small,h2 small{font-weight:400;color:var(--soft);font-size:.8rem}
    header p{margin:.15rem 0 1rem;color:var(--soft)}a{color:var(--link)}
    .facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:0 1.5rem;margin:0 0 1rem}
    .facts div{display:flex;gap:1rem;justify-content:space-between;border-bottom:1px solid var(--line);padding:.15rem 0}
    dt{color:var(--soft)}dd{margin:0;white-space:nowrap;font-variant-numeric:tabular-nums}
    nav{display:flex;flex-wrap:wrap;gap:.4rem 1rem;align-items:center;margin:0 0 1rem}nav form{display:inline}
    input,select,button{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--line);border-radius:4px;\
    padding:.15rem .45rem}button{cursor:pointer;background:var(--head)}
    .legend{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem .6rem;margin:0 0 1rem;padding:0}
    .notice{padding:.5rem .8rem;border-radius:4px;background:var(--upbg);color:var(--up)}
    .notice.bad{background:var(--downbg);color:var(--down)}
    section{margin:0 0 1.75rem}h2{margin:0 0 .3rem;font-size:1.05rem;display:flex;gap:.6rem;align-items:baseline}
    h2 a{color:inherit;text-decoration:none}h2 a:hover{text-decoration:underline}
    .spark{width:120px;height:18px;align-self:center;overflow:visible}
    .spark polyline{fill:none;stroke:var(--link);stroke-width:1.2}
    .scroll{overflow-x:auto}table{border-collapse:collapse;min-width:100%;font-size:.77rem}
    th,td{padding:.16rem .34rem;border:1px solid var(--line);white-space:nowrap}
    thead th{background:var(--head);font-weight:600;text-align:center}
    tbody th{text-align:left;font-weight:600;position:sticky;left:0;background:var(--bg)}
    tbody th small{display:block;font-weight:400;color:var(--soft)}
    td{text-align:right;font-variant-numeric:tabular-nums}td.s{text-align:left}td.s small{color:var(--soft)}
    tbody tr:hover td,tbody tr:hover th{background:var(--hover)}
    tr.fe td,tr.fe th,tr.be td,tr.be th,tr.li td,tr.li th{background:var(--fe)}tr.be th,tr.be td{font-weight:600}
    .st{display:inline-block;padding:0 .4rem;border-radius:3px;font-weight:600;background:var(--nonebg);color:var(--none)}
    .st.up{background:var(--upbg);color:var(--up)}.st.down{background:var(--downbg);color:var(--down)}
    .st.warn{background:var(--warnbg);color:var(--warn)}.st.maint{background:var(--maintbg);color:var(--maint)}
    .z{color:var(--soft)}.bad{color:var(--down)}th button{border:0;background:none;padding:0;font-weight:600}
    th[aria-sort] button:hover{text-decoration:underline}
    th[aria-sort=ascending] button::after{content:"\\2191"}th[aria-sort=descending] button::after{content:"\\2193"}
    .m{display:inline-block;width:1.1em;color:var(--none)}.m.up{color:var(--up)}.m.down{color:var(--down)}
    .m.warn{color:var(--warn)}.m.maint{color:var(--maint)}
    details summary{cursor:pointer;color:var(--soft)}details ul{margin:.2rem 0;padding-left:1.1rem;text-align:left}
    .act{margin:.4rem 0 0;display:flex;gap:.5rem;align-items:center;flex-wrap:wrap}
    [hidden]{display:none!important}:focus-visible{outline:2px solid var(--link);outline-offset:1px}
    @media print{nav,.act{display:none}}
    """

  /// Without it everything is there but sorting, filtering and one box that checks all.
  static let script: StaticString = """
    "use strict";(()=>{const all=(q,r=document)=>[...r.querySelectorAll(q)];
    const value=(row,i)=>{const c=row.cells[i];if(!c)return"";const v=c.dataset.v??c.textContent.trim();\
    const n=Number(String(v).replaceAll(",",""));return v===""||Number.isNaN(n)?String(v):n};
    const less=(a,b)=>typeof a==="number"&&typeof b==="number"?a-b:String(a).localeCompare(String(b),undefined,\
    {numeric:true});
    for(const table of all("table.px")){const heads=all("tr.cols th",table);const rows=all("tr.sv",table);
    if(rows.length>1)heads.forEach((th)=>{const i=Number(th.dataset.i);const b=document.createElement("button");\
    b.type="button";b.textContent=th.textContent;th.textContent="";th.append(b);th.setAttribute("aria-sort","none");
    b.addEventListener("click",()=>{const down=th.getAttribute("aria-sort")!=="descending";\
    heads.forEach(h=>h.setAttribute("aria-sort","none"));th.setAttribute("aria-sort",down?"descending":"ascending");\
    const last=rows[rows.length-1].parentNode.querySelector("tr.be");\
    const sorted=[...rows].sort((x,y)=>less(value(x,i),value(y,i))*(down?-1:1));\
    for(const r of sorted)r.parentNode.insertBefore(r,last)})});
    const box=table.querySelector("input.every");if(box){box.hidden=false;box.addEventListener("change",()=>{\
    for(const c of all("input[name=s]",table))if(!c.closest("tr").hidden)c.checked=box.checked})}}
    const filter=document.getElementById("filter");if(filter){filter.closest("label").hidden=false;
    const apply=()=>{const words=filter.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const fits=t=>words.every(w=>t.toLowerCase().includes(w));
    for(const s of all("section.px")){const name=s.dataset.name;const whole=!words.length||fits(name);let any=whole;\
    for(const r of all("tr.sv",s)){const ok=whole||fits(name+" "+r.textContent);r.hidden=!ok;any=any||ok}s.hidden=!any}};
    filter.addEventListener("input",apply);filter.value=sessionStorage.getItem("weir-filter")??"";\
    filter.addEventListener("change",()=>sessionStorage.setItem("weir-filter",filter.value));apply()}})();
    """

  /// What the page may load and do; `isFramed`: other sites may show it in a frame.
  static func policy(framed isFramed: Bool) -> Bytes { isFramed ? openPolicy : closedPolicy }
  private static let closedPolicy = Bytes(permanent: basePolicy + "; frame-ancestors 'self'")
  private static let openPolicy = Bytes(permanent: basePolicy)
  private static let basePolicy =
    "default-src 'none'; img-src data:; style-src 'sha256-\(sheetDigest)'; script-src 'sha256-\(scriptDigest)'; "
    + "form-action 'self'; base-uri 'none'"
  /// SHA-256 in base64 of what stands between the tags; a test holds them to the texts.
  static let sheetDigest = "7a3blXfs9bcYsyEkn+bGjv+DtbkNIrW823ZcNqPzPm0="
  static let scriptDigest = "hlLSB1caf4TPhY/HrKpv/ht/B91ctnRjCYDPepgvOnE="
}
