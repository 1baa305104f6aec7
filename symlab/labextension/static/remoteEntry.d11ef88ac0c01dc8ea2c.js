"use strict";(()=>{var m=(n,e,t,r)=>({id:n,label:e,keys:t,run:r}),C=n=>({session:e,stage:t})=>{let{selected:r,player:s,frame:o}=e,i=s.step?.by??o.outputs[0]?.id??null,a=r===null?i:t.neighbour(r,n);a!==null&&(e.select(a),t.reveal(a))},Te=n=>({session:e,stage:t})=>{e.nextHit(n),e.selected!==null&&t.reveal(e.selected)},k=[m("next-rewrite","Next rewrite",["j"],({session:n})=>n.seek(n.player.at+1)),m("previous-rewrite","Previous rewrite",["k"],({session:n})=>n.seek(n.player.at-1)),m("next-pass","To the end of the pass",["J"],({session:n})=>n.seek(n.player.nextPassEnd())),m("previous-pass","To the start of the pass",["K"],({session:n})=>n.seek(n.player.previousPassStart())),m("first","The graph as written",["Home"],({session:n})=>n.seek(0)),m("last","The final graph",["End"],({session:n})=>n.seek(n.player.last)),m("play","Play or pause",[" "],({session:n})=>n.play(!n.isPlaying)),m("search","Search",["/"],n=>n.startSearch()),m("next-hit","Next hit",["n"],Te(1)),m("previous-hit","Previous hit",["N"],Te(-1)),m("walk-up","To an operand",["ArrowUp"],C("up")),m("walk-down","To a user",["ArrowDown"],C("down")),m("walk-left","To the left in the row",["ArrowLeft"],C("left")),m("walk-right","To the right in the row",["ArrowRight"],C("right")),m("pin","Pin the card of the selected node",["Enter"],({session:n})=>n.pin(!n.isPinned)),m("fit","Show the whole graph",["f"],({stage:n})=>n.fit()),m("focus-rewrite","Show the place of the rewrite",["F"],({stage:n})=>n.focusStep()),m("zoom-in","Nearer",["+","="],({stage:n})=>n.zoom(1.25)),m("zoom-out","Farther",["-"],({stage:n})=>n.zoom(.8)),m("actual-size","Actual size",["0"],({stage:n})=>n.actualSize()),m("tidy","Lay the graph out anew",["t"],({stage:n})=>n.tidy()),m("dim","Dim what the rewrite left alone",["o"],({session:n})=>n.dim(!n.dims)),m("diff","Mark what the rewrite changed",["d"],({session:n})=>n.mark(!n.marks)),m("panel","Show or hide the panel",["i"],n=>n.togglePanel()),m("help","Keys",["?"],n=>n.toggleHelp()),m("escape","Close, or select nothing",["Escape"],n=>n.escape())];function Re(n,e){if(n.ctrlKey||n.metaKey||n.altKey)return null;let t=e.find(({keys:s})=>s.includes(n.key))??null,r=n.composedPath()[0];return t&&r instanceof Element&&Mt(r,n.key)?null:t}var Pe=["Enter"," "],St=["ArrowUp","ArrowDown","ArrowLeft","ArrowRight","Home","End",...Pe];function Mt(n,e){return e==="Escape"?!1:n.matches('input[type="search"]')?!0:n.matches('select, [role="treeitem"], input[type="range"]')?St.includes(e):n.matches("button, summary, a")&&Pe.includes(e)}var Et={" ":"Space",ArrowUp:"\u2191",ArrowDown:"\u2193",ArrowLeft:"\u2190",ArrowRight:"\u2192",Escape:"Esc"};function S(n){return Et[n]??n}function u(n,e={},...t){let r=document.createElement(n);for(let[s,o]of Object.entries(e))typeof o=="function"?r.addEventListener(s,o):o!==!1&&o!==null&&o!==void 0&&r.setAttribute(s,o===!0?"":String(o));return r.append(...t.filter(s=>s!==null)),r}function f(n,...e){n.replaceChildren(...e.filter(t=>t!==null))}var Ae="http://www.w3.org/2000/svg",Tt={first:"M4 3v10M13 3L6 8l7 5z",previous:"M11 3L4 8l7 5z",next:"M5 3l7 5-7 5z",last:"M12 3v10M3 3l7 5-7 5z",play:"M4 2.5l9 5.5-9 5.5z",pause:"M4.5 3v10M11.5 3v10",fit:"M2 6V2h4M14 6V2h-4M2 10v4h4M14 10v4h-4",focus:"M8 1v3M8 12v3M1 8h3M12 8h3M8 5.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5",dim:"M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12",panel:"M2 3h12v10H2zM10 3v10",help:"M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.8-1.1 1.8M8 12.4v.6",search:"M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M10.3 10.3L14 14"},Rt=["first","previous","next","last","play"];function L(n){let e=document.createElementNS(Ae,"svg"),t=document.createElementNS(Ae,"path");return e.setAttribute("viewBox","0 0 16 16"),e.setAttribute("aria-hidden","true"),t.setAttribute("d",Tt[n]),t.setAttribute("fill",Rt.includes(n)?"currentColor":"none"),e.append(t),e}function w(n,e,t){let s=u("button",{type:"button",class:"sl-button",title:e,"aria-label":e,click:t});return s.append(L(n)),s}var Pt=new Set(["input","shared","constant"]);function Le(n){return Pt.has(n.op)}function H(n){return n.op.startsWith("kernel")}function b(n){let e=$(At(n),26),t=$(Ot(n),30),r=Math.max(7.3*Oe(e),6.1*Oe(t));return{title:e,subtitle:t,width:Math.max(56,r+22),height:38}}function At(n){return n.op==="constant"?n.detail??n.name??n.op:Le(n)?n.name??n.op:n.op}function Ot(n){let e=n.type?N(n.type):"";if(n.op==="shared")return`shared ${e}`.trim();let t=Le(n)?null:n.name;return t?`${t}: ${e}`:e}var Lt={float:"f",int:"i",uint:"u",complex:"c",bfloat:"bf"};function D(n){let e=/^(float|int|uint|complex|bfloat)(\d+)$/.exec(n);return e?Lt[e[1]]+e[2]:n}function N(n){return n.shape.length?`${D(n.dtype)}[${n.shape.map(e=>e??"?").join(", ")}]`:D(n.dtype)}function $(n,e){let t=[...n];return t.length<=e?n:`${t.slice(0,e-1).join("")}\u2026`}function Oe(n){return[...n].length}function M(n){if(n<1)return`${Math.round(n*1e3)} ns`;let[e,t]=n<1e3?[n,"\xB5s"]:n<1e6?[n/1e3,"ms"]:[n/1e6,"s"];return`${$t(e)} ${t}`}function $t(n){return n>=100?String(Math.round(n)):String(Number(n.toPrecision(3)))}function le(n,e){return n.name==="microseconds"?M(e):Math.abs(e)>=1e5||e!==0&&Math.abs(e)<.001?e.toExponential(1):Nt(e)}function Nt(n){return Number.isInteger(n)?String(n):String(Number(n.toPrecision(3)))}function g(n,e){return`${n} ${e}${n===1?"":"s"}`}function It(n){return n.formula.replaceAll("->","becomes")}function de(n){let{step:e,at:t,last:r,frame:s}=n;if(!e)return r?`The graph as written: ${g(s.alive,"node")}, ${g(r,"rewrite")} to come.`:`The graph as written: ${g(s.alive,"node")}.`;let o=n.passOf(t),i=ce(e),a=e.verdict&&e.verdict!=="ok"?` The result is ${e.verdict}.`:"";return`${`Rewrite ${t} of ${r}${o?`, pass ${o.name}`:""}`}: ${e.rule.name}, ${It(e.rule)}. ${i}.${a}`}function ce(n){let e=`${g(n.added.length,"node")} added`,t=n.rewired.length?`, ${g(n.rewired.length,"edge")} rewired`:"";return`${e}, ${n.deleted.length} removed${t}`}function $e(n){return`${n.label}, line ${n.line}`}function ue(n,e){return`#${e} ${b(n.record(e)).title}`}function Ne(n,e){let t=n.record(e);return[t.name===null?null:{name:"name",value:t.name},t.type&&{name:"type",value:`${t.type.dtype}, ${N(t.type)}`},t.detail===null?null:{name:t.op==="constant"?"value":"detail",value:t.detail},t.scope===null?null:{name:"scope",value:t.scope},t.source&&{name:"built in",value:$e(t.source)},...Ct(n,e).map(s=>({name:"result",value:s})),...Dt(n,e)].filter(s=>s!==null)}function Ct(n,e){return n.frame.outputs.filter(t=>t.id===e).map(t=>t.label)}function Dt(n,e){return n.trace.tables.flatMap(t=>{let r=t.values.get(e);return r===void 0?[]:[{name:t.name,value:le(t,r)}]})}function B(n,e,t=12){let{history:r}=n.player,s=[],o=new Set;for(let i=[e];i.length&&s.length<t;){let a=i.shift();if(o.has(a)||!r.has(a))continue;o.add(a);let d=r.birth(a);if(d===0)continue;let l=r.madeFrom(a).filter(c=>r.has(c));s.push({step:d,rule:n.trace.steps[d-1].rule.name,id:a,from:l}),i.push(...l)}return s.sort((i,a)=>a.step-i.step)}function Ie(n,e){let t=n.frame.nodes.get(e),{title:r,subtitle:s}=b(t.record),o=t.change==="new"?", new":t.change==="gone"?", removed by this rewrite":"",i=g(t.inputs.length,"operand"),a=t.record.source?`, ${$e(t.record.source)}`:"";return`Node ${e}, ${r} ${s}${o}: ${i}, used by ${t.users.length}${a}.`}function x(n){let e=o=>getComputedStyle(n).getPropertyValue(`--sl-${o}`).trim();n.dataset.scheme=Wt(e("background"))<.4?"dark":"light";let t=matchMedia("(prefers-contrast: more), (forced-colors: active)").matches||Ht();n.dataset.contrast=t?"more":"normal";let r=e("background"),s=e("added");return{background:r,text:e("text"),muted:e("muted"),node:e("node"),leaf:he(r,e("accent"),.1),kernel:he(r,e("kernel"),.14),outline:e("outline"),edge:e("edge"),accent:e("accent"),added:s,addedFill:he(r,s,.16),removed:e("removed"),rewired:e("rewired"),hit:e("hit"),bindings:Array.from({length:6},(o,i)=>e(`binding-${i}`)),mono:e("mono"),faint:t?.75:.35}}function Ht(){let{body:n}=document,e=`${n.dataset.jpThemeName??""} ${n.className} ${n.dataset.vscodeThemeKind??""}`;return/high.contrast/i.test(e)}function W(n){let e=new MutationObserver(n),t=["data-jp-theme-name","data-jp-theme-light","data-vscode-theme-kind","class"];e.observe(document.body,{attributes:!0,attributeFilter:t});let s=["(prefers-color-scheme: dark)","(prefers-contrast: more)","(forced-colors: active)"].map(o=>matchMedia(o));for(let o of s)o.addEventListener("change",n);return()=>{e.disconnect();for(let o of s)o.removeEventListener("change",n)}}var E=null;function me(n){E??=Bt(),E.clearRect(0,0,1,1),E.fillStyle="#ffffff",E.fillStyle=n,E.fillRect(0,0,1,1);let[e,t,r]=E.getImageData(0,0,1,1).data;return[e,t,r]}function Bt(){let n=document.createElement("canvas");return n.width=n.height=1,n.getContext("2d",{willReadFrequently:!0})}function Wt(n){let[e,t,r]=me(n);return(.2126*e+.7152*t+.0722*r)/255}function he(n,e,t){let r=me(n),s=me(e),[o,i,a]=r.map((d,l)=>Math.round(d+(s[l]-d)*t));return`rgb(${o} ${i} ${a})`}var pe=[[222,235,247],[158,202,225],[66,146,198],[8,81,156],[8,38,90]];function Ce(n){let e=[...n.values.values()].reduce((r,s)=>Math.max(r,Math.abs(s)),Number.MIN_VALUE),t=new Map;for(let[r,s]of n.values)t.set(r,_t(Math.sqrt(Math.abs(s)/e)));return t}function _t(n){let e=Math.min(n,.999)*(pe.length-1),t=Math.floor(e),r=pe[t].map((d,l)=>Math.round(d+(pe[t+1][l]-d)*(e-t))),[s,o,i]=r,a=.2126*s+.7152*o+.0722*i>140;return{fill:`rgb(${s} ${o} ${i})`,text:a?"#0b1620":"#ffffff"}}var T=12,R=class{constructor(e,t){this.session=e;this.reveal=t;this.node.append(this.rewrite,this.selection);let r=()=>this.update();this.endings=[e.on("step",r),e.on("selection",r)],this.update()}session;reveal;node=u("div",{class:"sl-inspector"});rewrite=u("section",{class:"sl-rewrite","aria-label":"Rewrite"});selection=u("section",{class:"sl-selection","aria-label":"Selected node"});endings;dispose(){for(let e of this.endings)e()}update(){let{player:e,selected:t}=this.session;f(this.rewrite,...e.step?this.stepParts(e.step):this.writtenParts());let r=t!==null&&this.session.frame.nodes.has(t);f(this.selection,...r?this.nodeParts(t):[])}writtenParts(){let{player:e,frame:t,trace:r}=this.session,s=[g(t.alive,"node"),g(r.inputs.length,"input"),g(t.outputs.length,"result")].join(", "),o=e.last?"j goes to the first rewrite, J to the end of the first pass, ? lists all keys.":null,i=[s,o].filter(a=>a!==null).map(a=>u("p",{},a));return[u("h3",{},"The graph as written"),...i]}stepParts(e){let{player:t}=this.session,{rule:r}=e,s=t.passOf(t.at),o=e.microseconds?M(e.microseconds):null,i=[`rewrite ${t.at} of ${t.last}`,s?.name,o].filter(Boolean).join(" \xB7 "),a=r.assumptions.length?u("p",{class:"sl-note"},`assumes ${r.assumptions.join(", ")}`):null;return[u("div",{class:"sl-place"},i),u("h3",{class:"sl-rule"},r.name),r.reason?u("p",{},r.reason):null,r.formula?Vt(r,e):null,this.bindings(e),u("p",{class:"sl-note"},ce(e)),a,jt(e)].filter(l=>l!==null)}bindings(e){if(!e.bindings.length)return null;let t=De(e),r=e.bindings.slice(0,T).map(({variable:o,id:i})=>u("li",{},u("b",{class:He(t.indexOf(o))},o)," = ",this.link(i))),s=e.bindings.length>T?u("li",{},`and ${e.bindings.length-T} more`):null;return u("ul",{class:"sl-bindings","aria-label":"Bindings"},...r,s)}link(e){let t=ue(this.session,e);return this.session.frame.nodes.has(e)?u("button",{type:"button",class:"sl-link",click:()=>{this.session.select(e),this.reveal(e)}},t):u("span",{class:"sl-absent"},t)}nodeParts(e){let{session:t}=this,r=t.frame.nodes.get(e),s={kept:null,new:"new",gone:"removed by this rewrite"}[r.change],o=r.record.source?.text??null,i=t.kernelOf(e);return[u("h3",{},`#${e} ${b(r.record).title}`,s&&u("em",{class:`sl-${r.change}`},s)),fe(t,e),o===null?null:u("pre",{class:"sl-source"},o.trim()),this.links("reads",r.inputs),this.links("used by",r.users),this.ancestry(e),i?.source?Kt(i.name,i.source):null].filter(d=>d!==null)}links(e,t){if(!t.length)return null;let r=t.slice(0,T).map(o=>this.link(o)),s=t.length>T?u("span",{},`and ${t.length-T} more`):null;return u("p",{class:"sl-links"},u("span",{class:"sl-name"},e),...r,s)}ancestry(e){let t=B(this.session,e);if(!t.length)return null;let r=t.map(({step:o,rule:i,from:a})=>{let d=u("button",{type:"button",class:"sl-link",title:`Go to rewrite ${o}`,click:()=>this.session.seek(o)},`${o} ${i}`),l=a.map(c=>ue(this.session,c)).join(", ");return u("li",{},d,l?` from ${l}`:null)}),s=u("ol",{class:"sl-ancestry"},...r);return u("div",{},u("span",{class:"sl-name"},"made by"),s)}};function De(n){return[...new Set(n.bindings.map(e=>e.variable))]}function He(n){return`sl-binding-${n%6}`}function Vt(n,e){let t=De(e),s=n.formula.replaceAll("->","\u2192").split(/([\p{L}_][\p{L}\p{N}_]*)/u).map(o=>{let i=t.indexOf(o);return i<0?o:u("b",{class:He(i)},o)});return u("code",{class:"sl-formula"},...s)}var zt={ok:"DebugMode: the result is the same",worse:"DebugMode: the result is less accurate",wrong:"DebugMode: the result is wrong"};function jt(n){if(!n.verdict)return null;let e=n.verdict==="ok"?"\u2713 ":"\u26A0 ";return u("p",{class:`sl-verdict sl-verdict-${n.verdict}`},e+zt[n.verdict])}function fe(n,e){let t=Ne(n,e).flatMap(({name:r,value:s})=>[u("dt",{},r),u("dd",{},s)]);return u("dl",{class:"sl-facts"},...t)}function Kt(n,e){let t=u("pre",{class:"sl-code",tabindex:0,"aria-label":`Code of ${n}`},e);return u("details",{open:!0},u("summary",{},n),t)}var y=class extends Error{constructor(t,r){super(`this trace cannot be shown: ${t}: ${r}`);this.where=t;this.name="TraceError"}where};var _=class n{constructor(e,t){this.value=e;this.where=t}value;where;fail(e){let t=JSON.stringify(this.value)??String(this.value),r=t.length>60?`${t.slice(0,60)}\u2026`:t;throw new y(this.where,`expected ${e}, found ${r}`)}get isMissing(){return this.value===void 0||this.value===null}field(e){let{value:t}=this;if(typeof t!="object"||t===null||Array.isArray(t))return this.fail("an object");let r=Object.hasOwn(t,e)?t[e]:void 0;return new n(r,this.where?`${this.where}.${e}`:e)}names(){let{value:e}=this;return typeof e!="object"||e===null||Array.isArray(e)?this.fail("an object"):Object.keys(e)}list(e){let{value:t}=this;return Array.isArray(t)?t.map((r,s)=>e(new n(r,`${this.where}[${s}]`),s)):this.fail("a list")}row(e){let t=this.list(r=>r);return t.length===e?t:this.fail(`a list of ${e} elements`)}text(){return typeof this.value=="string"?this.value:this.fail("a string")}number(){return typeof this.value=="number"&&Number.isFinite(this.value)?this.value:this.fail("a number")}integer(e=0){let{value:t}=this;return typeof t=="number"&&Number.isSafeInteger(t)&&t>=e?t:this.fail(e?`a whole number of at least ${e}`:"a whole number")}entry(e,t){let r=this.integer();return r<e.length?e[r]:this.fail(`an index into the ${e.length} ${t}`)}optional(e,t){return this.value===-1?null:this.entry(e,t)}};var Be=1,F="application/vnd.symlab.trace.v1+json",We=["ok","worse","wrong"];function _e(n){let e=new _(n,""),t=e.field("version").integer();if(t!==Be)throw new y("version",`this viewer reads version ${Be}, not ${t}`);let r=e.field("strings").list(i=>i.text()),s={strings:r,types:e.field("types").list(i=>qt(i,r)),sources:e.field("sources").list(i=>Ut(i,r)),rules:e.field("rules").list(i=>Xt(i,r))},o=e.field("steps").list(i=>Qt(i,s));return{name:e.field("name").text(),mode:e.field("mode").text(),device:e.field("device").text(),nodes:e.field("nodes").list(i=>Fe(i,s)),inputs:e.field("inputs").list(i=>i.integer()),outputs:e.field("outputs").list(i=>Yt(i,r)),passes:Jt(e.field("passes"),r,o.length),steps:o,tables:en(e.field("tables")),kernels:Gt(e.field("kernels"),i=>nn(i,r)),view:rn(e.field("view"),o.length)}}function Gt(n,e){return n.isMissing?[]:n.list(e)}function qt(n,e){let[t,r]=n.row(2);return{dtype:t.entry(e,"strings"),shape:r.list(s=>s.isMissing?null:s.integer())}}function Ut(n,e){let[t,r,s]=n.row(3);return{label:t.entry(e,"strings"),line:r.integer(),text:s.optional(e,"strings")}}function Xt(n,e){let[t,r,s,o,i]=n.row(5);return{name:t.entry(e,"strings"),reason:r.entry(e,"strings"),formula:s.entry(e,"strings"),latex:o.optional(e,"strings"),assumptions:i.list(a=>a.entry(e,"strings"))}}function Fe(n,{strings:e,types:t,sources:r}){let[s,o,i,a,d,l,c,h]=n.row(8);return{id:s.integer(),op:o.entry(e,"strings"),inputs:i.list(p=>p.integer()),type:a.optional(t,"types"),source:d.optional(r,"sources"),scope:l.optional(e,"strings"),name:c.optional(e,"strings"),detail:h.optional(e,"strings")}}function Yt(n,e){let[t,r]=n.row(2);return{label:t.entry(e,"strings"),id:r.integer()}}function Jt(n,e,t){let r=0;return n.list(s=>{let[o,i,a,d,l,c]=s.row(6),h={name:o.entry(e,"strings"),first:i.integer(),count:a.integer(),microseconds:d.number(),nodesBefore:l.integer(),nodesAfter:c.integer()};return h.first!==r&&i.fail(`${r}, where the pass before it ends`),r+=h.count,r>t&&a.fail(`at most ${t-h.first}, the steps that are left`),h})}function Qt(n,e){let{strings:t}=e;return{rule:n.field("rule").entry(e.rules,"rules"),at:n.field("at").integer(),by:n.field("by").integer(),added:n.field("add").list(r=>Fe(r,e)),deleted:n.field("del").list(r=>r.integer()),rewired:n.field("rewired").list(r=>{let[s,o,i]=r.row(3);return{node:s.integer(),slot:o.integer(),input:i.integer()}}),outputs:n.field("outputs").list(r=>{let[s,o]=r.row(2);return{position:s.integer(),id:o.integer()}}),bindings:n.field("bindings").list(r=>{let[s,o]=r.row(2);return{variable:s.entry(t,"strings"),id:o.integer()}}),provenance:n.field("provenance").list(r=>{let[s,o]=r.row(2);return{id:s.integer(),from:o.list(i=>i.integer())}}),microseconds:n.field("us").number(),verdict:Zt(n.field("verdict"))}}function Zt(n){if(n.isMissing)return null;let e=n.text();return We.find(t=>t===e)??n.fail(`null or one of ${We.join(", ")}`)}function en(n){return n.isMissing?[]:n.names().map(e=>{let t=n.field(e),r=t.field("values"),s=r.names().map(o=>[tn(o,r),r.field(o).number()]);return{name:e,step:t.field("step").integer(),values:new Map(s)}})}function tn(n,e){return/^\d+$/.test(n)?Number(n):e.fail("ids of nodes as names")}function nn(n,e){let[t,r,s]=n.row(3);return{name:t.entry(e,"strings"),nodes:r.list(o=>o.integer()),source:s.optional(e,"strings")}}function rn(n,e){if(n.isMissing)return{step:0,selected:null};let t=n.field("selected");return{step:Math.min(n.field("step").integer(),e),selected:t.isMissing?null:t.integer()}}var Ve=`/* Colours: from the host where it has some (JupyterLab, VS Code), else for a light or a dark page. */
.sl-view,
.sl-error,
.sl-side {
  --sl-page: #ffffff;
  --sl-ink: #1f2328;
  --sl-soft: #59636e;
  --sl-raised: #f4f6f8;
  --sl-line: #d5dbe1;
  --sl-background: var(--jp-layout-color0, var(--vscode-editor-background, var(--sl-page)));
  --sl-text: var(--jp-ui-font-color1, var(--vscode-editor-foreground, var(--sl-ink)));
  --sl-surface: var(--jp-layout-color1, var(--vscode-sideBar-background, var(--sl-page)));
  --sl-border: var(--jp-border-color2, var(--vscode-panel-border, var(--sl-line)));
  --sl-mono: var(
    --jp-code-font-family,
    var(--vscode-editor-font-family, ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace)
  );
  --sl-ui: var(
    --jp-ui-font-family,
    var(--vscode-font-family, system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif)
  );
  --sl-muted: #59636e;
  --sl-node: #f4f6f8;
  --sl-outline: #87929e;
  --sl-edge: #8d98a5;
  --sl-kernel: #6f42c1;
  --sl-accent: #0a5fc2;
  --sl-added: #15742f;
  --sl-removed: #c01c28;
  --sl-rewired: #945400;
  --sl-hit: #8a2fa8;
  --sl-binding-0: #0063a8;
  --sl-binding-1: #a8326e;
  --sl-binding-2: #00727a;
  --sl-binding-3: #6a4bc4;
  --sl-binding-4: #8a4b14;
  --sl-binding-5: #4d5b2f;
  box-sizing: border-box;
  position: relative;
  display: flex;
  flex-direction: column;
  min-height: 180px;
  overflow: hidden;
  border: 1px solid var(--sl-border);
  border-radius: 6px;
  background: var(--sl-background);
  color: var(--sl-text);
  font: 12.5px/1.45 var(--sl-ui);
}
@media (prefers-color-scheme: dark) {
  .sl-view,
  .sl-error,
  .sl-side {
    --sl-page: #14171c;
    --sl-ink: #e6edf3;
    --sl-soft: #9aa5b1;
    --sl-raised: #1e242c;
    --sl-line: #333b46;
  }
}
.sl-view[data-scheme='dark'],
.sl-side[data-scheme='dark'] {
  --sl-muted: #a3aeba;
  --sl-node: #222932;
  --sl-outline: #66717e;
  --sl-edge: #6c7885;
  --sl-kernel: #b08cff;
  --sl-accent: #62aeff;
  --sl-added: #46c45c;
  --sl-removed: #ff8078;
  --sl-rewired: #e8b437;
  --sl-hit: #d28cf0;
  --sl-binding-0: #6db9f5;
  --sl-binding-1: #f596c4;
  --sl-binding-2: #4fd0d6;
  --sl-binding-3: #b9a3ff;
  --sl-binding-4: #e3ab73;
  --sl-binding-5: #bccb8e;
  color-scheme: dark;
}
.sl-view[data-contrast='more'],
.sl-side[data-contrast='more'] {
  --sl-muted: var(--sl-text);
  --sl-outline: var(--sl-text);
  --sl-edge: var(--sl-text);
  --sl-border: var(--sl-text);
  --sl-node: var(--sl-background);
}
`;var ze=`/* What stands in or over the stage: panel, card, outline, help. */
.sl-view *,
.sl-side * {
  box-sizing: border-box;
}
.sl-view :focus-visible,
.sl-side :focus-visible {
  outline: 2px solid var(--sl-accent);
  outline-offset: -2px;
  border-radius: 4px;
}
.sl-view button,
.sl-side button {
  font: inherit;
  color: inherit;
  background: none;
  border: 0;
  padding: 0;
  margin: 0;
  cursor: pointer;
}
.sl-panel {
  flex: 0 0 272px;
  border-left: 1px solid var(--sl-border);
  background: var(--sl-surface);
  overflow: auto;
  padding: 10px 12px;
}
.sl-without-panel:not(.sl-narrow) .sl-panel {
  display: none;
}
.sl-narrow .sl-panel {
  position: absolute;
  inset: 0 0 0 auto;
  width: min(272px, 85%);
}
.sl-narrow:not(.sl-with-panel) .sl-panel {
  display: none;
}
.sl-inspector section + section:not(:empty) {
  border-top: 1px solid var(--sl-border);
  margin-top: 10px;
  padding-top: 10px;
}
.sl-view h3,
.sl-side h3 {
  margin: 0 0 5px;
  font: 600 13.5px var(--sl-mono);
  overflow-wrap: anywhere;
  color: inherit;
}
.sl-view p,
.sl-side p {
  margin: 0 0 7px;
}
.sl-place,
.sl-note,
.sl-name {
  color: var(--sl-muted);
  font-size: 11.5px;
}
.sl-formula {
  display: block;
  margin: 0 0 8px;
  padding: 7px 9px;
  border-radius: 5px;
  border-left: 3px solid var(--sl-accent);
  background: color-mix(in srgb, var(--sl-text) 6%, transparent);
  color: inherit;
  font: 12.5px/1.5 var(--sl-mono);
  overflow-wrap: anywhere;
}
.sl-bindings,
.sl-ancestry {
  margin: 0 0 7px;
  padding: 0;
  list-style: none;
  font: 12px/1.6 var(--sl-mono);
}
.sl-bindings b {
  text-decoration: underline;
  text-underline-offset: 2px;
}
.sl-formula b {
  text-decoration: underline;
  text-underline-offset: 3px;
  font-weight: 600;
}
.sl-binding-0 {
  color: var(--sl-binding-0);
}
.sl-binding-1 {
  color: var(--sl-binding-1);
}
.sl-binding-2 {
  color: var(--sl-binding-2);
}
.sl-binding-3 {
  color: var(--sl-binding-3);
}
.sl-binding-4 {
  color: var(--sl-binding-4);
}
.sl-binding-5 {
  color: var(--sl-binding-5);
}
.sl-view .sl-link,
.sl-side .sl-link {
  color: var(--sl-accent);
  font: 12px var(--sl-mono);
  text-align: left;
  overflow-wrap: anywhere;
}
.sl-view .sl-link:hover,
.sl-side .sl-link:hover {
  text-decoration: underline;
}
.sl-absent {
  color: var(--sl-muted);
}
.sl-links {
  display: flex;
  flex-wrap: wrap;
  gap: 0 9px;
  align-items: baseline;
}
.sl-links .sl-name {
  flex: 0 0 58px;
}
.sl-ancestry {
  font-size: 11.5px;
  color: var(--sl-muted);
}
.sl-verdict-ok {
  color: var(--sl-added);
}
.sl-verdict-worse {
  color: var(--sl-rewired);
}
.sl-verdict-wrong {
  color: var(--sl-removed);
  font-weight: 600;
}
.sl-selection em {
  font: 600 11px var(--sl-ui);
  margin-left: 8px;
}
.sl-selection em.sl-new {
  color: var(--sl-added);
}
.sl-selection em.sl-gone {
  color: var(--sl-removed);
}
.sl-view .sl-facts,
.sl-side .sl-facts {
  display: grid;
  grid-template-columns: minmax(58px, max-content) 1fr;
  gap: 1px 9px;
  margin: 0 0 7px;
}
.sl-facts dt {
  color: var(--sl-muted);
  font-size: 11.5px;
  font-weight: 400;
  margin: 0;
}
.sl-facts dd {
  margin: 0;
  font: 12px/1.5 var(--sl-mono);
  overflow-wrap: anywhere;
}
.sl-view pre,
.sl-side pre {
  margin: 0 0 7px;
  padding: 5px 8px;
  border: 0;
  border-radius: 5px;
  background: color-mix(in srgb, var(--sl-text) 6%, transparent);
  color: inherit;
  font: 11.5px/1.5 var(--sl-mono);
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}
.sl-view pre.sl-code,
.sl-side pre.sl-code {
  white-space: pre;
  overflow: auto;
  max-height: 260px;
}
.sl-view summary,
.sl-side summary {
  cursor: pointer;
  color: var(--sl-muted);
  font-size: 12px;
}
.sl-outline {
  border-top: 1px solid var(--sl-border);
  margin-top: 10px;
  padding-top: 8px;
}
.sl-tree {
  margin-top: 5px;
}
.sl-row {
  font: 12px/1.7 var(--sl-mono);
  white-space: nowrap;
  overflow: hidden;
  text-overflow: ellipsis;
  border-radius: 4px;
  cursor: default;
}
.sl-row:hover {
  background: color-mix(in srgb, var(--sl-text) 7%, transparent);
}
.sl-row[aria-selected='true'] {
  background: color-mix(in srgb, var(--sl-accent) 18%, transparent);
}
.sl-row small {
  color: var(--sl-muted);
  font-size: 11px;
}
.sl-row.sl-new {
  color: var(--sl-added);
  font-weight: 600;
}
.sl-sign {
  display: inline-block;
  width: 14px;
  color: var(--sl-muted);
}
.sl-card {
  position: absolute;
  top: 0;
  left: 0;
  z-index: 2;
  max-width: min(340px, 90%);
  max-height: 90%;
  overflow: hidden;
  padding: 8px 11px;
  border: 1px solid var(--sl-border);
  border-radius: 6px;
  background: var(--sl-surface);
  box-shadow: 0 4px 18px rgb(0 0 0 / 22%);
  pointer-events: none;
}
.sl-card.sl-pinned {
  border-color: var(--sl-accent);
  pointer-events: auto;
  overflow: auto;
}
.sl-card-title {
  font: 12.5px var(--sl-mono);
  margin-bottom: 4px;
  color: var(--sl-muted);
}
.sl-card-title b {
  color: var(--sl-text);
}
.sl-card > :last-child {
  margin-bottom: 0;
}
.sl-help {
  position: absolute;
  inset: 8px;
  z-index: 3;
  overflow: auto;
  padding: 14px 18px;
  border: 1px solid var(--sl-border);
  border-radius: 6px;
  background: var(--sl-surface);
  box-shadow: 0 4px 24px rgb(0 0 0 / 30%);
}
.sl-view .sl-help dl {
  display: grid;
  grid-template-columns: repeat(auto-fill, 50px minmax(170px, 1fr));
  gap: 3px 8px;
  margin: 8px 0 12px;
}
.sl-help dt {
  text-align: right;
}
.sl-help dd {
  margin: 0;
}
.sl-view kbd {
  display: inline-block;
  min-width: 20px;
  padding: 0 5px;
  border: 1px solid var(--sl-border);
  border-bottom-width: 2px;
  border-radius: 4px;
  background: var(--sl-background);
  color: inherit;
  font: 11px/17px var(--sl-mono);
  text-align: center;
  box-shadow: none;
}
.sl-legend {
  list-style: none;
  margin: 0 0 8px;
  padding: 0;
  display: flex;
  flex-wrap: wrap;
  gap: 3px 18px;
}
.sl-legend .sl-new {
  color: var(--sl-added);
}
.sl-legend .sl-gone {
  color: var(--sl-removed);
}
.sl-legend .sl-rewired {
  color: var(--sl-rewired);
}
.sl-view .sl-close {
  padding: 4px 12px;
  border: 1px solid var(--sl-border);
  border-radius: 5px;
}
.sl-side {
  height: 100%;
  border: 0;
  border-radius: 0;
  padding: 10px 12px;
  overflow: auto;
  background: var(--sl-surface);
}

/* The mark of the workbench in JupyterLab's tabs: three nodes of a graph. */
.sl-icon {
  width: 16px;
  height: 16px;
  background: var(--jp-inverse-layout-color3, currentcolor);
  mask: url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M1.5 1h5v4h-5zM9.5 1h5v4h-5zM5.5 11h5v4h-5z'/%3E%3Cpath d='M4 5c0 4 4 2 4 6M12 5c0 4-4 2-4 6' fill='none' stroke='%23000' stroke-width='1.4'/%3E%3C/svg%3E")
    center / contain no-repeat;
}
`;var je=`/* The frame: bars, passes, stage, timeline. */
.sl-view [hidden] {
  display: none;
}
.sl-error {
  padding: 12px;
  min-height: 0;
  color: var(--sl-removed);
  font-family: var(--sl-mono);
  white-space: pre-wrap;
}
.sl-bar {
  display: flex;
  align-items: center;
  gap: 4px;
  padding: 4px 8px;
  background: var(--sl-surface);
  flex: none;
  min-width: 0;
}
.sl-header {
  border-bottom: 1px solid var(--sl-border);
}
.sl-title {
  flex: 1 1 auto;
  min-width: 0;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
  color: var(--sl-muted);
}
.sl-title b {
  color: var(--sl-text);
  font: 600 13px var(--sl-mono);
  margin-right: 4px;
}
.sl-view .sl-button {
  display: inline-grid;
  place-items: center;
  width: 26px;
  height: 26px;
  border-radius: 5px;
  color: var(--sl-muted);
  flex: none;
}
.sl-view .sl-button:hover {
  background: color-mix(in srgb, var(--sl-text) 10%, transparent);
  color: var(--sl-text);
}
.sl-view .sl-button[aria-pressed='true'] {
  color: var(--sl-accent);
  background: color-mix(in srgb, var(--sl-accent) 14%, transparent);
}
.sl-view svg {
  width: 16px;
  height: 16px;
  stroke: currentColor;
  stroke-width: 1.5;
  stroke-linecap: round;
  stroke-linejoin: round;
}
.sl-search {
  display: flex;
  align-items: center;
  gap: 5px;
  height: 26px;
  padding: 0 7px;
  border: 1px solid var(--sl-border);
  border-radius: 5px;
  background: var(--sl-background);
  color: var(--sl-muted);
  flex: 0 1 220px;
  min-width: 64px;
}
.sl-search:focus-within {
  border-color: var(--sl-accent);
}
.sl-search svg {
  flex: none;
  width: 13px;
  height: 13px;
}
.sl-view .sl-search input {
  flex: 1;
  min-width: 0;
  width: 100%;
  border: 0;
  outline: 0;
  padding: 0;
  background: none;
  color: var(--sl-text);
  font: 12px var(--sl-mono);
  appearance: none;
}
.sl-view .sl-search input::placeholder {
  color: var(--sl-muted);
}
.sl-hits {
  white-space: nowrap;
  color: var(--sl-hit);
  font-size: 11.5px;
}
.sl-view .sl-overlay {
  height: 26px;
  border: 1px solid var(--sl-border);
  border-radius: 5px;
  background: var(--sl-background);
  color: var(--sl-text);
  font: 12px var(--sl-ui);
  padding: 0 4px;
}
.sl-passes {
  overflow-x: auto;
  scrollbar-width: none;
  border-bottom: 1px solid var(--sl-border);
  padding: 4px 8px;
}
.sl-view .sl-pass,
.sl-view .sl-more {
  display: inline-flex;
  align-items: baseline;
  gap: 6px;
  flex: none;
  height: 23px;
  line-height: 21px;
  padding: 0 9px;
  border: 1px solid transparent;
  border-radius: 12px;
  white-space: nowrap;
}
.sl-view .sl-pass {
  border-color: var(--sl-border);
}
.sl-pass small {
  color: var(--sl-muted);
  font-size: 11px;
  font-variant-numeric: tabular-nums;
}
.sl-view .sl-pass:hover,
.sl-view .sl-more:hover {
  background: color-mix(in srgb, var(--sl-text) 8%, transparent);
}
.sl-view .sl-pass[aria-current] {
  background: var(--sl-accent);
  border-color: var(--sl-accent);
  color: var(--sl-background);
  font-weight: 600;
}
.sl-view .sl-pass[aria-current] small {
  color: inherit;
  font-weight: 400;
}
.sl-view .sl-more {
  color: var(--sl-muted);
  font-size: 11.5px;
}
.sl-body {
  flex: 1 1 0;
  display: flex;
  min-height: 0;
  position: relative;
}
.sl-stage {
  flex: 1 1 0;
  position: relative;
  min-width: 0;
  overflow: hidden;
}
.sl-stage canvas {
  position: absolute;
  inset: 0;
  width: 100%;
  height: 100%;
  display: block;
  cursor: grab;
  touch-action: none;
}
.sl-stage canvas:active {
  cursor: grabbing;
}
.sl-caption {
  display: none;
  position: absolute;
  left: 8px;
  bottom: 6px;
  max-width: calc(100% - 16px);
  padding: 2px 7px;
  border-radius: 4px;
  background: var(--sl-surface);
  font: 11.5px/1.5 var(--sl-mono);
  pointer-events: none;
}
.sl-caption:empty {
  visibility: hidden;
}
.sl-narrow .sl-caption,
.sl-without-panel .sl-caption {
  display: block;
}
.sl-narrow .sl-title span {
  display: none;
}
.sl-narrow .sl-overlay {
  max-width: 92px;
}
.sl-narrow .sl-header {
  gap: 2px;
}
.sl-timeline {
  border-top: 1px solid var(--sl-border);
}
.sl-track {
  position: relative;
  flex: 1;
  height: 26px;
  margin: 0 6px;
  min-width: 60px;
}
.sl-view .sl-track input {
  position: absolute;
  inset: 0;
  width: 100%;
  height: 100%;
  margin: 0;
  background: none;
  appearance: none;
  cursor: pointer;
}
.sl-view .sl-track input::-webkit-slider-runnable-track {
  height: 26px;
  background: none;
}
.sl-view .sl-track input::-webkit-slider-thumb {
  appearance: none;
  width: 12px;
  height: 18px;
  margin-top: 4px;
  border: 2px solid var(--sl-background);
  border-radius: 5px;
  background: var(--sl-accent);
}
.sl-view .sl-track input::-moz-range-track {
  background: none;
}
.sl-view .sl-track input::-moz-range-thumb {
  width: 9px;
  height: 15px;
  border: 2px solid var(--sl-background);
  border-radius: 5px;
  background: var(--sl-accent);
}
.sl-stretches {
  position: absolute;
  inset: 10px 6px;
}
.sl-stretch {
  position: absolute;
  top: 0;
  bottom: 0;
  background: color-mix(in srgb, var(--sl-text) 24%, transparent);
  border-radius: 3px;
  border-right: 2px solid var(--sl-surface);
  min-width: 3px;
}
.sl-stretch:nth-child(even) {
  background: color-mix(in srgb, var(--sl-accent) 45%, transparent);
}
.sl-position {
  flex: none;
  min-width: 5.5em;
  text-align: right;
  color: var(--sl-muted);
  font-variant-numeric: tabular-nums;
}
.sl-live {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
@media (forced-colors: active) {
  .sl-view .sl-button[aria-pressed='true'],
  .sl-view .sl-pass[aria-current] {
    outline: 2px solid Highlight;
  }
}
`;var Ke="data-symlab-style";function I(n){let e=n.getRootNode(),t=e instanceof ShadowRoot?e:document.head;if(t.querySelector(`style[${Ke}]`))return;let r=document.createElement("style");r.setAttribute(Ke,""),r.textContent=Ve+je+ze,t.append(r)}var P=10,V=class{constructor(e,t){this.session=e;this.stage=t;for(let r of["hover","selection","step","look"])e.on(r,()=>this.update());t.onPaint(()=>this.move())}session;stage;node=u("div",{class:"sl-card",role:"tooltip",hidden:!0});shown=null;update(){let{hovered:e,selected:t,isPinned:r,frame:s}=this.session,o=e??(r?t:null);this.shown=o!==null&&s.nodes.has(o)?o:null,this.node.hidden=this.shown===null,this.node.classList.toggle("sl-pinned",r&&this.shown===t),this.shown!==null&&(f(this.node,...this.parts(this.shown)),this.move())}parts(e){let{session:t}=this,{record:r}=t.frame.nodes.get(e),s=r.op===b(r).title?r.op:`${b(r).title} (${r.op})`,o=r.source?.text??null,i=B(t,e,3).map(({step:a,rule:d})=>`${d} (${a})`);return[u("div",{class:"sl-card-title"},`#${e} `,u("b",{},s)),fe(t,e),o===null?null:u("pre",{class:"sl-source"},o.trim()),i.length?u("div",{class:"sl-note"},`made by ${i.join(", after ")}`):null]}move(){if(this.shown===null)return;let e=this.stage.locate(this.shown);if(!e)return;let{width:t,height:r}=this.stage.camera.size,{offsetWidth:s,offsetHeight:o}=this.node,i=e.x+e.width/2+P,a=e.x-e.width/2-P-s,d=i+s<=t?i:a>=0?a:t-s-P,l=Math.min(Math.max(P,e.y-e.height/2),Math.max(P,r-o-P));this.node.style.transform=`translate(${Math.round(d)}px, ${Math.round(l)}px)`}};var Ge=[["fit","fit"],["focus","focus-rewrite"],["dim","dim"],["panel","panel"],["help","help"]],z=class{constructor(e,t){this.session=e;this.field=this.makeField(t),this.count=u("span",{class:"sl-hits","aria-live":"polite"});let r=u("label",{class:"sl-search"},L("search"),this.field,this.count),s=Ge.map(([o,i])=>{let a=k.find(d=>d.id===i);return w(o,`${a.label} (${S(a.keys[0])})`,()=>a.run(t))});this.dimButton=s[Ge.findIndex(([,o])=>o==="dim")],this.node=u("div",{class:"sl-bar sl-header"},this.title(),r,this.overlays(),...s),e.on("search",()=>this.update()),e.on("look",()=>this.update()),this.update()}session;node;field;count;dimButton;startSearch(){this.field.focus(),this.field.select()}title(){let{name:e,mode:t,device:r}=this.session.trace,s=[t,r].filter(o=>o!=="").join(" \xB7 ");return u("div",{class:"sl-title"},u("b",{},e)," ",u("span",{},s))}makeField(e){let t=u("input",{type:"search",placeholder:"op:dot  x  f64","aria-label":"Search nodes, for example op:dot or dtype:f64 or time>1ms",title:"Words, #id, op: name: dtype: type: scope: detail: source: line:, time>1ms",spellcheck:"false"});return t.addEventListener("input",()=>this.session.search(t.value)),t.addEventListener("keydown",r=>{r.key==="Enter"&&(r.preventDefault(),this.session.nextHit(r.shiftKey?-1:1),this.session.selected!==null&&e.stage.reveal(this.session.selected))}),t}overlays(){let{tables:e}=this.session.trace;if(!e.length)return null;let t=e.map(({name:s})=>u("option",{value:s},s)),r=u("select",{class:"sl-overlay","aria-label":"Overlay"},u("option",{value:""},"no overlay"),...t);return r.addEventListener("change",()=>this.session.showTable(r.value||null)),r}update(){let{query:e,hits:t,dims:r}=this.session;f(this.count,e.trim()?g(t.size,"hit"):null),this.dimButton?.setAttribute("aria-pressed",String(r)),this.field.value!==e&&(this.field.value=e)}};var ln=[["sl-new","green, +: added by the rewrite"],["sl-gone","red, dashed, \u2212: removed by the rewrite"],["sl-rewired","amber, thick: the edge reads another node now"]],j=class{node;returnTo=null;constructor(e){let t=e.flatMap(({keys:o,label:i})=>[u("dt",{},...o.slice(0,1).map(a=>u("kbd",{},S(a)))),u("dd",{},i)]),r=ln.map(([o,i])=>u("li",{class:o},i)),s=u("button",{type:"button",class:"sl-close",click:()=>this.toggle(!1)},"Close");this.node=u("div",{class:"sl-help",role:"dialog","aria-modal":"true","aria-label":"Keys",hidden:!0},u("h3",{},"Keys"),u("dl",{},...t),u("ul",{class:"sl-legend"},...r),u("p",{class:"sl-note"},"The wheel zooms while the view has the focus, and always with Ctrl. Dragging moves the graph."),s)}get isOpen(){return!this.node.hidden}toggle(e=!this.isOpen){if(e===this.isOpen)return;let t=this.node.getRootNode();e&&(t instanceof Document||t instanceof ShadowRoot)&&(this.returnTo=t.activeElement),this.node.hidden=!e,e?this.node.querySelector("button").focus():this.returnTo?.focus()}};var dn=4,qe=400;function cn(n,e,t=qe){let{frame:r}=n,s=[],o=new Set,i=r.outputs.map(({id:a,label:d})=>({id:a,label:d,level:1})).reverse();for(;i.length&&s.length<t;){let{id:a,label:d,level:l}=i.pop(),c=r.nodes.get(a).inputs,h=c.length>0&&o.has(a),p=c.length&&!h?e.get(a)??l<=dn:null;if(s.push({id:a,label:d,level:l,isOpen:p,isRepeated:h}),o.add(a),p)for(let v of c.toReversed())i.push({id:v,label:"",level:l+1})}return s}var K=class{constructor(e,t){this.session=e;this.reveal=t;this.tree=u("div",{role:"tree",class:"sl-tree","aria-label":"Outline of the graph"}),this.node=u("details",{class:"sl-outline"},u("summary",{},"Outline"),this.tree),this.node.addEventListener("toggle",()=>this.update()),this.tree.addEventListener("keydown",r=>this.key(r)),e.on("step",()=>this.update()),e.on("selection",()=>this.update())}session;reveal;node;tree;opened=new Map;rows=[];current=0;update(){if(!this.node.open)return;let e=this.tree.contains(document.activeElement)||this.tree.querySelector(":focus")!==null,t=this.rows[this.current]?.id===this.session.selected;this.rows=cn(this.session,this.opened);let r=this.rows.findIndex(i=>i.id===this.session.selected);r>=0&&!t&&(this.current=r),this.current=Math.max(0,Math.min(this.current,this.rows.length-1));let s=this.rows.map((i,a)=>this.item(i,a)),o=this.rows.length===qe?u("div",{class:"sl-note"},"Further rows: close some above."):null;f(this.tree,...s,o),e&&s[this.current]?.focus()}item(e,t){let r=this.session.frame.nodes.get(e.id),{title:s,subtitle:o}=b(r.record),i=r.change==="new"?" new":"",a=e.isRepeated?" (see above)":"",d=e.label&&`${e.label}: `,l=e.isOpen===null?"\xB7":e.isOpen?"\u25BE":"\u25B8";return u("div",{role:"treeitem",class:`sl-row sl-${r.change}`,style:`padding-left: ${6+14*(e.level-1)}px`,tabindex:t===this.current?0:-1,"aria-level":e.level,"aria-expanded":e.isOpen===null?null:String(e.isOpen),"aria-selected":String(e.id===this.session.selected),"data-node":e.id,click:()=>this.choose(t)},u("span",{class:"sl-sign","aria-hidden":"true",click:c=>this.toggle(c,e)},l),`${d}${s} `,u("small",{},`${o} #${e.id}${i}${a}`))}toggle(e,t){t.isOpen!==null&&(e.stopPropagation(),this.opened.set(t.id,!t.isOpen),this.update())}choose(e){this.current=Math.max(0,Math.min(e,this.rows.length-1));let{id:t}=this.rows[this.current],r=t!==this.session.selected;this.session.select(t),r||this.update(),this.reveal(t),this.tree.querySelectorAll('[role="treeitem"]')[this.current]?.focus()}key(e){let r={ArrowDown:()=>this.choose(this.current+1),ArrowUp:()=>this.choose(this.current-1),ArrowRight:()=>this.open(!0),ArrowLeft:()=>this.open(!1),Home:()=>this.choose(0),End:()=>this.choose(this.rows.length-1),Enter:()=>this.choose(this.current)," ":()=>this.choose(this.current)}[e.key];!r||e.ctrlKey||e.metaKey||e.altKey||(e.preventDefault(),e.stopPropagation(),r())}open(e){let t=this.rows[this.current];if(t.isOpen===!e)this.opened.set(t.id,e),this.update();else if(e&&t.isOpen)this.choose(this.current+1);else if(!e){let r=this.rows.slice(0,this.current).findLastIndex(({level:s})=>s<t.level);r>=0&&this.choose(r)}}};var ge=2147483647,G=class{constructor(e){this.trace=e;let t=new ye(e.outputs);e.nodes.forEach((r,s)=>this.add(r,0,`nodes[${s}]`)),this.connect(e.nodes,t,"nodes"),e.inputs.forEach((r,s)=>this.require(r,`inputs[${s}]`)),e.outputs.forEach(({id:r},s)=>this.require(r,`outputs[${s}]`)),e.steps.forEach((r,s)=>this.apply(r,s+1,t))}trace;records=[];place=new Map;born=[];died=[];rewirings=new Map;outputChanges=[];origins=new Map;has(e){return this.place.has(e)}record(e){return this.records[this.place.get(e)]}birth(e){return this.born[this.place.get(e)]}death(e){let t=this.died[this.place.get(e)];return t===ge?null:t}isAlive(e,t){let r=this.place.get(e);return r!==void 0&&this.born[r]<=t&&t<this.died[r]}present(e){let{born:t,died:r}=this;return this.records.filter((s,o)=>t[o]<=e&&e<=r[o]&&t[o]<r[o])}inputsAt(e,t){let r=this.record(e).inputs,s=this.rewirings.get(e);if(!s)return r;let o=r.slice();for(let i of s){if(i.step>t)break;o[i.slot]=i.input}return o}outputsAt(e){let t=this.trace.outputs.slice();for(let r of this.outputChanges){if(r.step>e)break;t[r.position]={label:t[r.position].label,id:r.id}}return t}madeFrom(e){return this.origins.get(e)??[]}add(e,t,r){if(this.place.has(e.id))throw new y(r,`node ${e.id} was there before`);this.place.set(e.id,this.records.length),this.records.push(e),this.born.push(t),this.died.push(ge)}require(e,t){let r=this.place.get(e);if(r===void 0)throw new y(t,`there is no node ${e}`);if(this.died[r]!==ge)throw new y(t,`node ${e} is gone since step ${this.died[r]}`)}connect(e,t,r){e.forEach((s,o)=>{for(let i of s.inputs)this.require(i,`${r}[${o}]`);t.hold(s.inputs)})}apply(e,t,r){let s=`steps[${t-1}]`;e.bindings.forEach(({id:o},i)=>this.require(o,`${s}.bindings[${i}]`)),this.require(e.at,`${s}.at`),e.added.forEach((o,i)=>this.add(o,t,`${s}.add[${i}]`)),this.connect(e.added,r,`${s}.add`),e.rewired.forEach((o,i)=>this.rewire(o,t,r,`${s}.rewired[${i}]`)),e.outputs.forEach((o,i)=>this.redirect(o,t,r,`${s}.outputs[${i}]`)),e.deleted.forEach((o,i)=>this.remove(o,t,r,`${s}.del[${i}]`));for(let o of e.deleted)if(r.count(o))throw new y(`${s}.del`,`node ${o} is removed but still read`);this.require(e.by,`${s}.by`);for(let{id:o,from:i}of e.provenance)this.origins.set(o,i)}rewire(e,t,r,s){this.require(e.node,s),this.require(e.input,s);let o=r.inputsOf(this.record(e.node));if(e.slot>=o.length)throw new y(s,`node ${e.node} has ${o.length} operands and no slot ${e.slot}`);r.move(o,e.slot,e.input);let i=this.rewirings.get(e.node);i?i.push({...e,step:t}):this.rewirings.set(e.node,[{...e,step:t}])}redirect(e,t,r,s){if(this.require(e.id,s),e.position>=r.outputs.length)throw new y(s,`there is no output ${e.position}`);r.move(r.outputs,e.position,e.id),this.outputChanges.push({step:t,...e})}remove(e,t,r,s){this.require(e,s),r.release(r.inputsOf(this.record(e))),this.died[this.place.get(e)]=t}},ye=class{outputs;counts=new Map;changed=new Map;constructor(e){this.outputs=e.map(t=>t.id),this.hold(this.outputs)}inputsOf(e){let t=this.changed.get(e.id);return t||this.changed.set(e.id,t=e.inputs.slice()),t}hold(e){for(let t of e)this.counts.set(t,this.count(t)+1)}release(e){for(let t of e)this.counts.set(t,this.count(t)-1)}move(e,t,r){this.release([e[t]]),this.hold([r]),e[t]=r}count(e){return this.counts.get(e)??0}};var q=(n,e)=>`${n}/${e}`,U=class{constructor(e){this.trace=e;this.history=new G(e),this.current=this.frameAt(0)}trace;history;current;get frame(){return this.current}get at(){return this.current.step}get last(){return this.trace.steps.length}get step(){return this.at?this.trace.steps[this.at-1]:null}seek(e){let t=Math.max(0,Math.min(this.last,Math.round(e)));return t!==this.at&&(this.current=this.frameAt(t)),this.current}passOf(e){return this.trace.passes.find(t=>t.first<e&&e<=t.first+t.count)??null}nextPassEnd(){return this.trace.passes.map(t=>t.first+t.count).find(t=>t>this.at)??this.last}previousPassStart(){return this.trace.passes.filter(t=>t.count>0).map(t=>t.first).reverse().find(t=>t<this.at)??0}frameAt(e){let{history:t}=this,r=t.present(e),s=new Map(r.map(l=>[l.id,[]])),o=r.map(l=>{let h=t.death(l.id)===e?"gone":e>0&&t.birth(l.id)===e?"new":"kept";return{record:l,change:h,inputs:t.inputsAt(l.id,e),users:s.get(l.id)}}),i=o.filter(l=>l.change==="gone"),a=o.filter(l=>l.change!=="gone");for(let l of[...a,...i])un(l,s);let d=new Map(o.map(l=>[l.record.id,l]));return{step:e,nodes:d,outputs:t.outputsAt(e),alive:a.length,...this.rewiringsOf(e,d)}}rewiringsOf(e,t){let r=new Set,s=[],o=e?this.trace.steps[e-1].rewired:[];for(let{node:i,slot:a}of o){let d=t.get(i);if(!d||d.change!=="kept"||r.has(q(i,a)))continue;let l=this.history.inputsAt(i,e-1)[a];l!==d.inputs[a]&&(r.add(q(i,a)),t.has(l)&&s.push({from:l,to:i,slot:a}))}return{rewired:r,lost:s}}};function un(n,e){for(let t of n.inputs){let r=e.get(t);r&&r.at(-1)!==n.record.id&&r.push(n.record.id)}}var hn={time:"microseconds",us:"microseconds"},pn={us:1,\u00B5s:1,ms:1e3,s:1e6};function Ue(n,e){let t=n.split(/\s+/).filter(s=>s!=="");if(!t.length)return null;let r=t.map(s=>mn(s,e));return s=>r.every(o=>o(s))}function mn(n,e){return fn(n,e)??bn(n)??vn(n)??wn(n)}function fn(n,e){let t=/^([\p{L}_]+)(>=|<=|>|<)([\d.]+(?:e-?\d+)?)([a-z\u00b5]*)$/iu.exec(n);if(!t)return null;let[,r,s,o,i]=t,a=hn[r.toLowerCase()]??r,d=e.find(h=>h.name.toLowerCase()===a.toLowerCase()),l=Number(o)*(pn[i]??1),c=gn[s];return h=>{let p=d?.values.get(h.id);return p!==void 0&&c(p,l)}}var gn={">":(n,e)=>n>e,"<":(n,e)=>n<e,">=":(n,e)=>n>=e,"<=":(n,e)=>n<=e},yn={op:n=>[n.op],name:n=>[n.name??""],dtype:n=>n.type?[n.type.dtype,D(n.type.dtype)]:[],type:n=>n.type?[N(n.type)]:[],scope:n=>[n.scope??""],detail:n=>[n.detail??""],source:n=>[`${n.source?.label??""} ${n.source?.text??""}`],line:n=>[String(n.source?.line??"")]};function bn(n){let e=n.indexOf(":"),t=yn[n.slice(0,Math.max(0,e)).toLowerCase()];if(!t)return null;let r=n.slice(e+1).toLowerCase();return s=>t(s).some(o=>o.toLowerCase().includes(r))}function vn(n){return/^#\d+$/.test(n)?e=>e.id===Number(n.slice(1)):null}function wn(n){let e=n.toLowerCase();return t=>[t.op,t.name,t.detail,t.scope].some(r=>r?.toLowerCase().includes(e))}var xn=1100,kn=120,Sn=3e4,X=class{trace;player;listeners=new Map;selectedId=null;hoveredId=null;pinned=!1;found=new Set;timer=null;shownTable=null;dimming=!0;marking=!0;query="";constructor(e){this.trace=_e(e),this.player=new U(this.trace),this.player.seek(this.trace.view.step),this.select(this.trace.view.selected)}on(e,t){let r=this.listeners.get(e)??new Set;return this.listeners.set(e,r.add(t)),()=>r.delete(t)}tell(e){for(let t of this.listeners.get(e)??[])t()}get frame(){return this.player.frame}get showsStep(){return this.marking&&this.player.step!==null}seek(e){let t=this.player.at;this.player.seek(e),this.player.at!==t&&(this.hoveredId!==null&&this.hover(null),this.search(this.query),this.tell("step"),this.selectedId!==null&&!this.frame.nodes.has(this.selectedId)&&this.select(null))}get selected(){return this.selectedId}get hovered(){return this.hoveredId}get isPinned(){return this.pinned}select(e){let t=e!==null&&this.frame.nodes.has(e)?e:null;t!==this.selectedId&&(this.selectedId=t,this.pinned=this.pinned&&t!==null,this.tell("selection"))}hover(e){e!==this.hoveredId&&(this.hoveredId=e,this.tell("hover"))}pin(e){let t=e&&this.selectedId!==null;t!==this.pinned&&(this.pinned=t,this.tell("selection"))}record(e){return this.player.history.record(e)}kernelOf(e){return this.trace.kernels.find(t=>t.nodes.includes(e))??null}get hits(){return this.found}search(e){this.query=e;let t=Ue(e,this.trace.tables),r=t?[...this.frame.nodes.values()].map(s=>s.record):[];this.found=new Set(r.filter(s=>t?.(s)).map(s=>s.id)),this.tell("search")}nextHit(e){let t=[...this.found];if(!t.length)return;let r=this.selectedId===null?-1:t.indexOf(this.selectedId),s=r<0?e>0?0:t.length-1:(r+e+t.length)%t.length;this.select(t[s])}get overlay(){return this.shownTable}showTable(e){this.shownTable=this.trace.tables.find(t=>t.name===e)??null,this.mark(this.shownTable===null)}get marks(){return this.marking}mark(e){this.marking=e,this.selectOnlyDrawn(),this.tell("look")}selectOnlyDrawn(){this.selectedId!==null&&this.frame.nodes.get(this.selectedId)?.change==="gone"&&!this.marking&&this.select(null)}get dims(){return this.dimming}dim(e){this.dimming=e,this.tell("look")}get isPlaying(){return this.timer!==null}play(e){if(e!==this.isPlaying){if(this.timer!==null&&clearInterval(this.timer),this.timer=null,e&&this.player.last>0){this.player.at===this.player.last&&this.seek(0);let t=Math.min(xn,Math.max(kn,Sn/this.player.last));this.timer=setInterval(()=>this.playOn(),t)}this.tell("play")}}playOn(){this.seek(this.player.at+1),this.player.at===this.player.last&&this.play(!1)}dispose(){this.timer!==null&&clearInterval(this.timer),this.timer=null,this.listeners.clear()}};function Ye(n,e,t){let r=Mn(n.length,e),s=En(n,e,r),o=Rn(s,t),i=On(s,o,t);return $n(n,e,s,i)}function Mn(n,e){let{inputs:t,users:r,order:s}=Je(n,e);if(s.length<n)throw new Error("the graph has a cycle");let o=new Array(n).fill(0),i=c=>t[c].reduce((h,p)=>Math.max(h,o[p]+1),0),a=c=>r[c].reduce((h,p)=>Math.min(h,o[p]-1),1/0);for(let c of s)o[c]=i(c);for(let c=0;c<2;c++){for(let h of s.toReversed())t[h].length<r[h].length&&(o[h]=a(h));for(let h of s)t[h].length>r[h].length&&(o[h]=i(h))}let d=[...new Set(o)].sort((c,h)=>c-h),l=new Map(d.map((c,h)=>[c,h]));return o.map(c=>l.get(c))}function Je(n,e){let t=Array.from({length:n},()=>[]),r=Array.from({length:n},()=>[]);for(let[i,a]of e)r[i].push(a),t[a].push(i);let s=t.map(i=>i.length),o=[...s.keys()].filter(i=>s[i]===0);for(let i=0;i<o.length;i++)for(let a of r[o[i]])--s[a]===0&&o.push(a);return{inputs:t,users:r,order:o}}function Qe(n,e){return Je(n,e).order.length===n}function En(n,e,t){let r={boxes:n.length,width:n.map(o=>o.width),row:t.slice(),above:n.map(()=>[]),below:n.map(()=>[]),chains:n.map((o,i)=>[i])},s=e.filter(([o,i])=>t[i]-t[o]<=8);for(let[o,i]of s){let a=r.chains[o];for(;a.length<t[i]-t[o];)a.push(Tn(r,a[a.length-1]))}for(let[o,i]of s)Ze(r,r.chains[o][t[i]-t[o]-1],i);return r}function Tn(n,e){let t=n.width.push(10)-1;return n.row.push(n.row[e]+1),n.above.push([]),n.below.push([]),Ze(n,e,t),t}function Ze(n,e,t){n.below[e].push(t),n.above[t].push(e)}function Rn(n,e){let t=e?An(n,e):Pn(n),r=[];n.row.forEach((l,c)=>(r[l]??=[]).push(c));let s=new Array(t.length).fill(0),o=l=>{l.sort((c,h)=>t[c]-t[h]).forEach((c,h)=>s[c]=h)};r.forEach(o);let i=r.map(l=>l.slice()),a=Xe(n,r,s),d=e?2:8;for(let l=0;l<d&&a>0;l++){let c=l%2?n.below:n.above;for(let p of l%2?r.toReversed():r){for(let v of p)t[v]=et(c[v],s)??s[v];o(p)}let h=Xe(n,r,s);h>=a||(a=h,i=r.map(p=>p.slice()))}return i}function et(n,e){let t=0;for(let r of n)t+=e[r];return n.length?t/n.length:null}function Pn(n){let e=new Array(n.row.length).fill(-1),t=0;for(let r=0;r<n.boxes;r++){if(n.below[r].length)continue;let s=[r];for(;s.length;){let o=s.pop();if(!(e[o]>=0)){e[o]=t++;for(let i of n.above[o].toReversed())s.push(i)}}}return e}function An(n,e){let t=n.row.map((r,s)=>e[s]??NaN);for(let r=0;r<8;r++)for(let s of[...t.keys()].filter(o=>Number.isNaN(t[o]))){let o=[...n.above[s],...n.below[s]].filter(i=>!Number.isNaN(t[i]));t[s]=et(o,t)??NaN}return t.map(r=>Number.isNaN(r)?0:r)}function Xe(n,e,t){let r=0;for(let s=0;s+1<e.length;s++){let o=new Array(e[s+1].length+1).fill(0);for(let i of e[s].toReversed()){for(let a of n.below[i])for(let d=t[a];d>0;d-=d&-d)r+=o[d];for(let a of n.below[i])for(let d=t[a]+1;d<o.length;d+=d&-d)o[d]++}}return r}function On(n,e,t){let r=new Array(n.width.length).fill(0),s=e.map(i=>be(i.map(a=>n.width[a])));e.forEach((i,a)=>i.forEach((d,l)=>r[d]=s[a][l]-s[a][i.length-1]/2));let o=(i,a,d)=>{let l=e[i].map(c=>Ln(n,c,r,a,d,t?.[c]??null));ve(l,s[i]).forEach((c,h)=>r[e[i][h]]=c)};for(let i=0;i<6;i++){for(let a=1;a<e.length;a++)o(a,!0,i>1);for(let a=e.length-2;a>=0;a--)o(a,i>1,!0)}return r}function Ln(n,e,t,r,s,o){let i=0,a=0;for(let l of[...r?n.above[e]:[],...s?n.below[e]:[]]){let c=(e<n.boxes?1:0)+(l<n.boxes?1:0),h=[8,2,1][c];i+=t[l]*h,a+=h}let d=a?{x:i/a,weight:a}:{x:t[e],weight:.1};return o===null?d:{x:(d.x+3*o)/4,weight:4*d.weight}}function be(n){let e=0;return n.map((t,r)=>{if(r===0)return 0;let s=t===10&&n[r-1]===10;return e+=(t+n[r-1])/2+(s?26/2:26),e})}function ve(n,e){let t=[];return n.forEach(({x:s,weight:o},i)=>{let a={sum:(s-e[i])*o,weight:o,size:1};for(let d=t.at(-1);d&&d.sum/d.weight>a.sum/a.weight;d=t.at(-1))t.pop(),a.sum+=d.sum,a.weight+=d.weight,a.size+=d.size;t.push(a)}),t.flatMap(({sum:s,weight:o,size:i})=>new Array(i).fill(s/o)).map((s,o)=>s+e[o])}function $n(n,e,t,r){let s=r.reduce((l,c,h)=>Math.min(l,c-t.width[h]/2),1/0),o=r.reduce((l,c,h)=>Math.max(l,c+t.width[h]/2),-1/0),i=n.reduce((l,c)=>Math.max(l,c.height),0),a=l=>i/2+t.row[l]*(i+40),d=e.map(([l,c])=>{let h=t.row[c]-t.row[l];return h>8?null:t.chains[l].slice(1,h).map(p=>({x:r[p]-s,y:a(p)}))});return{x:n.map((l,c)=>r[c]-s),y:n.map((l,c)=>a(c)),row:t.row.slice(0,n.length),routes:d,width:n.length?o-s:0,height:n.reduce((l,c,h)=>Math.max(l,a(h)+i/2),0)}}var Y=class{constructor(e,t,r){this.frame=e;this.seats=t;this.exchange=r}frame;seats;exchange;rows=new Map;rowsFor(e){for(let t of e){let r=this.partnerRow(t);this.rows.set(t,Math.max(this.lowest(t),r??0))}for(let t of e.toReversed())this.hangUnderUsers(t);return this.sink(),this.rows}placeFor(e){let t=this.counterpart(e),r=t===null?void 0:this.seats.get(t);if(r&&Number.isFinite(r.x))return r.x+1;let{inputs:s,users:o}=this.node(e),i=[...s,...o].map(a=>this.seats.get(a)?.x??NaN).filter(Number.isFinite);return i.length?i.reduce((a,d)=>a+d,0)/i.length:NaN}node(e){return this.frame.nodes.get(e)}counterpart(e){return!this.exchange||this.exchange.at===this.exchange.by?null:e===this.exchange.by?this.exchange.at:e===this.exchange.at?this.exchange.by:null}partnerRow(e){let t=this.counterpart(e);return t===null?null:this.seats.get(t)?.row??null}rowOf(e){return this.rows.get(e)??this.seats.get(e)?.row??-1}lowest(e){let t=0;for(let r of this.node(e).inputs)t=Math.max(t,this.rowOf(r)+1);return t}hangUnderUsers(e){if(this.partnerRow(e)!==null)return;let t=this.node(e).users.map(r=>this.rowOf(r)).filter(r=>r>=0);t.length&&this.rows.set(e,Math.max(this.rowOf(e),Math.min(...t)-1))}sink(){let e=[...this.frame.nodes.keys()].filter(t=>this.lowest(t)>this.rowOf(t));for(let t=0;t<e.length;t++){let r=this.lowest(e[t]);if(!(r<=this.rowOf(e[t]))){this.rows.set(e[t],r);for(let s of this.node(e[t]).users)this.rowOf(s)<=r&&e.push(s)}}}};function tt(n,e){let t=new Set(e),r=[],s=e.toReversed();for(;s.length;){let o=s[s.length-1],i=t.has(o)?n.nodes.get(o).inputs.filter(a=>t.has(a)):[];if(i.length){s.push(...i);continue}s.pop(),t.delete(o)&&r.push(o)}return r}var Cn=.35,rt=2,Dn=12,Hn=10,Q=class{rows=[];seats=new Map;chains=new Map;formerX=new Map;origin={x:0,y:0};full={width:0,nodes:0};show(e,t=null){let r=this.positions(),s=[...e.nodes.keys()].filter(o=>!this.seats.has(o));return s.length>Cn*e.nodes.size?this.layOut(e):this.adapt(e,s,t),this.isLoose()&&this.layOut(e),this.holdStill(r),this.picture()}tidy(e){let t=this.positions();return this.layOut(e),this.holdStill(t),this.picture()}layOut(e){let t=[...e.nodes.keys()],r=new Map(t.map((l,c)=>[l,c])),s=t.map(l=>b(e.nodes.get(l).record)),o=t.flatMap((l,c)=>e.nodes.get(l).inputs.map(h=>[r.get(h),c])),i=e.lost.map(({from:l,to:c})=>[r.get(l),r.get(c)]);Qe(t.length,[...o,...i])&&o.push(...i);let a=this.seats.size?t.map(l=>this.seats.get(l)?.x??null):void 0,d=Ye(s,o,a);this.rows=[],this.chains=new Map,this.seats=new Map(t.map((l,c)=>[l,this.sit(d.row[c],d.x[c],s[c].width,s[c])])),o.forEach(([l],c)=>this.keepRoute(t[l],d.routes[c]??[])),this.rows.forEach(ot);for(let[l,{users:c}]of e.nodes)this.aimBends(l,c,()=>{});this.full={width:d.width,nodes:t.length}}keepRoute(e,t){let r=this.chainOf(e),{row:s}=this.seats.get(e);for(let{x:o}of t.slice(r.length))r.push(this.sit(s+r.length+1,o,10,null))}isLoose(){return Wn(this.rows)>rt*this.full.width+400||this.seats.size*rt<this.full.nodes}adapt(e,t,r){for(let l of[...this.seats.keys()])e.nodes.has(l)||this.dismiss(l);let s=tt(e,t),o=new Y(e,this.seats,r),i=new Set;for(let[l,c]of o.rowsFor(s))i.add(this.seatIn(e,l,c));this.placeNewcomers(s,o),this.closeEmptyRows();let a=new Set(s.map(l=>this.seats.get(l)));for(let[l,{users:c}]of e.nodes)this.fitChain(l,c),this.aimBends(l,c,(h,p)=>{h.x=p,a.add(h),i.add(h)});let d=new Set([...i].map(l=>l.row));for(let l of d)Bn(this.rows[l],a)}seatIn(e,t,r){let s=this.seats.get(t);if(s)return this.leave(s),s.row=r,this.rowAt(r).push(s),s;let o=b(e.nodes.get(t).record),i=this.sit(r,this.formerX.get(t)??NaN,o.width,o);return this.seats.set(t,i),i}placeNewcomers(e,t){for(let r of[...e,...e.toReversed()]){let s=this.seats.get(r);Number.isNaN(s.x)&&(s.x=t.placeFor(r))}for(let r of e)this.seats.get(r).x||=0}dismiss(e){let t=this.seats.get(e);this.formerX.set(e,t.x);for(let r of[t,...this.chainOf(e)])this.leave(r);this.seats.delete(e),this.chains.delete(e)}sit(e,t,r,s){let o={row:e,x:t,width:r,label:s,goal:t};return this.rowAt(e).push(o),o}rowAt(e){for(;this.rows.length<=e;)this.rows.push([]);return this.rows[e]}leave(e){let t=this.rows[e.row];t.splice(t.indexOf(e),1)}chainOf(e){let t=this.chains.get(e);return t||this.chains.set(e,t=[]),t}fitChain(e,t){let r=this.seats.get(e),s=1;for(let d of t){let l=this.seats.get(d).row-r.row;l>s&&l<=8&&(s=l)}let o=this.chains.get(e)??[];if(o.length===s-1&&(!o.length||o[0].row===r.row+1))return;let i=new Map(o.map(d=>[d.row,d])),a=[];for(let d=r.row+1;d<r.row+s;d++)a.push(i.get(d)??this.sit(d,NaN,10,null)),i.delete(d);for(let d of i.values())this.leave(d);this.chains.set(e,a)}aimBends(e,t,r){let s=this.chains.get(e);if(!s?.length)return;let o=this.seats.get(e),i=t.map(a=>this.seats.get(a)).filter(a=>a.row-o.row<=8);for(let a of s){let d=i.filter(h=>h.row>a.row);if(!d.length)continue;let l=0;for(let h of d)l+=o.x+(h.x-o.x)*(a.row-o.row)/(h.row-o.row);let c=l/d.length;Math.abs(c-a.goal)<Hn||(r(a,c),a.goal=c)}}closeEmptyRows(){let e=this.rows.filter(r=>r.some(s=>s.label));if(e.length===this.rows.length)return;let t=new Set(this.rows.filter(r=>!r.some(s=>s.label)).flat());for(let[r,s]of this.chains)s.some(o=>t.has(o))&&this.chains.set(r,s.filter(o=>!t.has(o)));this.rows=e,e.forEach((r,s)=>r.forEach(o=>o.row=s))}y(e){return this.origin.y+e*78}positions(){let e=new Map;for(let[t,r]of this.seats)e.set(t,{x:this.origin.x+r.x,y:this.y(r.row)});return e}holdStill(e){let t=[],r=[];for(let[s,o]of this.seats){let i=e.get(s);i&&(t.push(i.x-this.origin.x-o.x),r.push(i.y-this.y(o.row)))}this.origin={x:this.origin.x+st(t),y:this.origin.y+st(r)}}picture(){let e=({row:o,x:i,label:a})=>({...a,x:this.origin.x+i,y:this.y(o)}),t=new Map,r=new Map;for(let[o,i]of this.seats)t.set(o,e(i)),r.set(o,i.row);let s=new Map;for(let[o,i]of this.chains)i.length&&s.set(o,i.map(({row:a,x:d})=>({x:this.origin.x+d,y:this.y(a)})));return{places:t,rows:r,bends:s}}};function ot(n){n.sort((e,t)=>e.x-t.x)}function Bn(n,e){ot(n);let t=n.map(r=>({x:r.x,weight:e.has(r)?1:Dn}));ve(t,be(n.map(r=>r.width))).forEach((r,s)=>n[s].x=r)}function Wn(n){let e=1/0,t=-1/0;for(let r of n.flat())e=Math.min(e,r.x),t=Math.max(t,r.x);return t-e}function st(n){return n.length?n.sort((e,t)=>e-t)[n.length>>1]:0}var Z=class{view={x:0,y:0,scale:1};size={width:1,height:1};toScreen({x:e,y:t}){return{x:e*this.view.scale+this.view.x,y:t*this.view.scale+this.view.y}}toWorld({x:e,y:t}){return{x:(e-this.view.x)/this.view.scale,y:(t-this.view.y)/this.view.scale}}get window(){let{x:e,y:t}=this.toWorld({x:0,y:0}),{x:r,y:s}=this.toWorld({x:this.size.width,y:this.size.height});return{left:e,top:t,right:r,bottom:s}}pan(e,t){this.view={...this.view,x:this.view.x+e,y:this.view.y+t}}zoom(e,t=this.middle){let r=Math.min(6,Math.max(.01,this.view.scale*e)),s=r/this.view.scale,{x:o,y:i}=this.view;this.view={scale:r,x:t.x-(t.x-o)*s,y:t.y-(t.y-i)*s}}get middle(){return{x:this.size.width/2,y:this.size.height/2}}fitting(e,t=1.2,r=28){let{width:s,height:o}=this.size,i=(s-2*r)/Math.max(1,e.right-e.left),a=(o-2*r)/Math.max(1,e.bottom-e.top),d=Math.max(.01,Math.min(t,i,a));return _n(e,d,this.middle)}revealing(e,t,r=24){let{left:s,top:o,right:i,bottom:a}=it(e,t),d=t.x+at(s,i,this.size.width,r);return{...t,x:d,y:t.y+at(o,a,this.size.height,r)}}holds(e,t){let{left:r,top:s,right:o,bottom:i}=it(e,t);return r>=0&&s>=0&&o<=this.size.width&&i<=this.size.height}};function it({left:n,top:e,right:t,bottom:r},{x:s,y:o,scale:i}){return{left:n*i+s,top:e*i+o,right:t*i+s,bottom:r*i+o}}function _n(n,e,t){return{scale:e,x:t.x-e*(n.left+n.right)/2,y:t.y-e*(n.top+n.bottom)/2}}function at(n,e,t,r){return e-n>t-2*r?n>r||e<t-r?t/2-(n+e)/2:0:n<r?r-n:e>t-r?t-r-e:0}function A(n){let[e,t,r,s]=[1/0,1/0,-1/0,-1/0];for(let{x:o,y:i,width:a,height:d}of n)e=Math.min(e,o-a/2),r=Math.max(r,o+a/2),t=Math.min(t,i-d/2),s=Math.max(s,i+d/2);return e>r?null:{left:e,top:t,right:r,bottom:s}}var lt={places:new Map,rows:new Map,bends:new Map},ee=class{progress=1;from=lt;to=lt;get picture(){return this.to}head(e){this.from=this.progress===1?this.to:this.freeze(),this.to=e,this.progress=0}place(e){let t=this.to.places.get(e),r=this.progress<1&&t?this.from.places.get(e):void 0;return!t||!r||r.x===t.x&&r.y===t.y?t:{...t,...dt(r,t,this.progress)}}bends(e){let t=this.to.bends.get(e)??[],r=this.progress<1?this.from.bends.get(e):void 0;return r?.length!==t.length?t:t.map((s,o)=>dt(r[o],s,this.progress))}span(e,t){return(this.to.rows.get(t)??0)-(this.to.rows.get(e)??0)}freeze(){let e=new Map([...this.to.places.keys()].map(r=>[r,this.place(r)])),t=new Map([...this.to.bends.keys()].map(r=>[r,this.bends(r)]));return{places:e,bends:t,rows:this.to.rows}}};function dt(n,e,t){return{x:n.x+(e.x-n.x)*t,y:n.y+(e.y-n.y)*t}}var ut=.2,Fn=.6,O=13;function ht(n,e,t){let{edges:r}=e,{marks:s}=e.session,o=s?["kept","gone","new","rewired"]:["kept","new","rewired"];for(let l of o)ct(n,e,t,r[l],s?l:"kept");let{selected:i,hovered:a}=e.session;if(i===null&&a===null)return;let d=({from:l,to:c})=>l===i||c===i||l===a||c===a;for(let l of o)ct(n,e,t,r[l].filter(d),"near",l)}function ct(n,e,t,r,s,o=s){if(!r.length)return;let{colour:i,width:a,alpha:d,dash:l}=Vn(e,s,o);n.strokeStyle=i,n.lineWidth=a/Math.min(1,Math.max(e.camera.view.scale,.25)),n.globalAlpha=d,n.setLineDash([...l]),n.beginPath();for(let c of r)zn(n,e,t,c,s==="near");n.stroke(),n.setLineDash([]),e.camera.view.scale>=Fn&&s!=="near"&&Un(n,e,t,r,i),n.globalAlpha=1}function Vn({theme:n,dims:e},t,r){switch(t){case"kept":return{colour:n.edge,width:1.1,alpha:e?n.faint:.9,dash:[]};case"new":return{colour:n.added,width:1.6,alpha:1,dash:[]};case"gone":return{colour:n.removed,width:1.3,alpha:.9,dash:[5,4]};case"rewired":return{colour:n.rewired,width:2.4,alpha:1,dash:[]};case"near":return{colour:n.accent,width:1.8,alpha:1,dash:r==="gone"?[5,4]:[]}}}function pt(n,e,t){let r=n.width-16;return{x:n.x-r/2+r*(e+1)/(t+1),y:n.y-n.height/2}}function zn(n,e,t,r,s){let o=e.motion.place(r.from),i=e.motion.place(r.to);if(!o||!i||we(o,i,t))return;let a=e.session.frame.nodes.get(r.to).inputs.length,d=pt(i,r.slot,a),l={x:o.x,y:o.y+o.height/2};r.jumps&&!s?qn(n,l,d,e.camera.view.scale):e.camera.view.scale<ut?Kn(n,l,d):Gn(n,l,r.jumps?[]:jn(e,r),d)}function jn({motion:n},{from:e,to:t}){return n.bends(e).slice(0,n.span(e,t)-1)}function we(n,e,t){return Math.max(n.y,e.y)<t.top||Math.min(n.y,e.y)>t.bottom||Math.max(n.x,e.x)+200<t.left||Math.min(n.x,e.x)-200>t.right}function Kn(n,e,t){n.moveTo(e.x,e.y),n.lineTo(t.x,t.y)}function Gn(n,e,t,r){n.moveTo(e.x,e.y);let s=e;for(let o of[...t,r]){let i=Math.max(14,(o.y-s.y)/2);s.x===o.x?n.lineTo(o.x,o.y):n.bezierCurveTo(s.x,s.y+i,o.x,o.y-i,o.x,o.y),s=o}}function qn(n,e,t,r){r<ut||(n.moveTo(e.x,e.y),n.lineTo(e.x,e.y+O),n.moveTo(t.x,t.y),n.lineTo(t.x,t.y-O+3),n.moveTo(t.x+3,t.y-O),n.arc(t.x,t.y-O,3,0,2*Math.PI))}function Un(n,e,t,r,s){let o=new Map,{motion:i,session:a}=e;n.fillStyle=s,n.font=`9.5px ${e.theme.mono}`;for(let d of r){if(!d.jumps)continue;o.set(d.from,[...o.get(d.from)??[],d.to]);let l=i.place(d.to),c=i.place(d.from),h=a.frame.nodes.get(d.to).inputs.length;if(!l||!c||h>3||we(l,l,t))continue;let p=pt(l,d.slot,h);n.textAlign=d.slot+1>h/2?"left":"right";let v=n.textAlign==="left"?6:-6;n.fillText($(c.title,12),p.x+v,p.y-O)}n.textAlign="left";for(let[d,l]of o){let c=i.place(d);if(we(c,c,t))continue;let h=i.place(l[0]),p=l.length===1&&h?`to ${$(h.title,12)}`:`to ${l.length} nodes`;n.fillText(p,c.x+5,c.y+c.height/2+O-2)}}var Xn=.16,Yn=.34,mt=.5,Jn=.3,ft=.66;function gt(n,e,t){let{camera:r,theme:s}=e,{scale:o,x:i,y:a}=r.view;n.setTransform(t,0,0,t,0,0),n.fillStyle=s.background,n.fillRect(0,0,r.size.width,r.size.height),n.setTransform(t*o,0,0,t*o,t*i,t*a),n.textBaseline="middle";let d=r.window;ht(n,e,d);let l=Qn(e,d);if(o<Xn)Zn(n,e,l);else for(let c of l)nr(n,e,c);o<Jn&&tr(n,e,l)}function Qn(n,e){let t=[];for(let[r,s]of n.session.frame.nodes){let o=n.motion.place(r),i=n.changeOf(s);if(!o||!i)continue;let{x:a,y:d,width:l,height:c}=o;a+l>e.left&&a-l<e.right&&d+c>e.top&&d-c<e.bottom&&t.push({id:r,record:s.record,change:i,place:o})}return t}function Zn(n,e,t){let r=new Map;for(let s of t){let o=er(e,s),i=r.get(o);i?i.push(s):r.set(o,[s])}for(let[s,o]of r){n.fillStyle=s,n.beginPath();for(let{place:i}of o)n.rect(i.x-i.width/2,i.y-i.height/2,i.width,i.height);n.fill()}}function er({session:n,theme:e,shades:t},{id:r,record:s,change:o}){return r===n.selected?e.accent:o==="new"?e.added:o==="gone"?e.removed:t?.get(r)?.fill??(H(s)?e.kernel:e.outline)}function tr(n,e,t){let{scale:r}=e.camera.view,{session:s,theme:o}=e;for(let{id:i,change:a,place:d}of t){let l=a==="new"?o.added:a==="gone"?o.removed:null,c=i===s.selected?o.accent:l??(s.hits.has(i)?o.hit:null);c&&(n.strokeStyle=c,n.lineWidth=1.5/r,n.setLineDash(a==="gone"?[4/r,3/r]:[]),n.beginPath(),n.arc(d.x,d.y,(i===s.selected?11:8)/r,0,2*Math.PI),n.stroke())}n.setLineDash([])}function nr(n,e,t){let{id:r,change:s}=t,o=e.dims&&!e.standsOut(r),i=o?e.theme.faint:1;n.globalAlpha=s==="new"?i*(.25+.75*e.motion.progress):i,rr(n,e,t),o&&(n.globalAlpha=ft),e.camera.view.scale>=Yn&&ir(n,e,t,o),n.globalAlpha=i,lr(n,e,t),n.globalAlpha=1}function Se(n,{op:e},t,r=0){let s=t.width+2*r,o=t.height+2*r,i=e==="constant"?1:e==="input"||e==="shared"?o/2:8+r;n.beginPath(),n.roundRect(t.x-s/2,t.y-o/2,s,o,i)}function rr(n,e,{id:t,record:r,change:s,place:o}){let{theme:i,session:a}=e,d=e.shades?.get(t);Se(n,r,o),n.fillStyle=s==="gone"?i.background:d?.fill??sr(i,r,s),n.fill();let l=s==="new"?i.added:s==="gone"?i.removed:i.outline;n.strokeStyle=t===a.hovered?i.accent:l,n.lineWidth=s==="new"?2.2:s==="gone"?1.6:1.2,n.setLineDash(s==="gone"?[5,4]:[]),n.stroke(),n.setLineDash([]),r.op==="shared"&&(n.lineWidth=1,Se(n,r,o,-3),n.stroke()),H(r)&&or(n,o)}function sr(n,e,t){return t==="new"?n.addedFill:H(e)?n.kernel:e.op==="input"||e.op==="shared"?n.leaf:n.node}function or(n,{x:e,y:t,width:r,height:s}){n.beginPath();for(let o of[-1,1])n.moveTo(e+o*(r/2-6),t-s/2),n.lineTo(e+o*(r/2-6),t+s/2);n.stroke()}function ir(n,e,{id:t,change:r,place:s},o){let{theme:i,camera:a}=e,d=r==="gone"?void 0:e.shades?.get(t),l=a.view.scale>=mt&&s.subtitle!=="",c=s.width-12;n.textAlign="center",n.fillStyle=r==="gone"?i.removed:d?.text??i.text,n.font=`600 12px ${i.mono}`;let h=l?s.y-7:s.y;n.fillText(s.title,s.x,h,c),r==="gone"&&ar(n,s,h,c),l&&(n.fillStyle=r==="gone"?i.removed:d?.text??(o?i.text:i.muted),n.font=`10px ${i.mono}`,n.fillText(s.subtitle,s.x,s.y+9,c))}function ar(n,e,t,r){let s=Math.min(r,n.measureText(e.title).width)/2+2;n.lineWidth=1.2,n.beginPath(),n.moveTo(e.x-s,t),n.lineTo(e.x+s,t),n.stroke()}function lr(n,e,t){let{id:r,change:s,place:o}=t,{theme:i,session:a}=e;a.hits.has(r)&&xe(n,t,i.hit,4,[2,2]),r===a.selected&&xe(n,t,i.accent,3,[]);let d=o.x-o.width/2,l=o.y-o.height/2;if(s!=="kept"){let p=s==="new"?i.added:i.removed;ke(n,e,s==="new"?"+":"\u2212",o.x+o.width/2,l,p)}if((a.marks?e.bound.get(r):void 0)?.forEach(({variable:p,colour:v},Ee)=>{Ee===0&&xe(n,t,i.bindings[v],3,[]),ke(n,e,p,d+22*Ee,l,i.bindings[v])}),e.camera.view.scale<mt)return;dr(n,e,t);let h=a.overlay?.values.get(r);h!==void 0&&ke(n,e,le(a.overlay,h),o.x+o.width/2-10,o.y+o.height/2,i.text)}function xe(n,{record:e,place:t},r,s,o){Se(n,e,t,s),n.strokeStyle=r,n.lineWidth=2,n.setLineDash(o),n.stroke(),n.setLineDash([])}function ke(n,{theme:e},t,r,s,o){n.font=`700 10px ${e.mono}`;let i=Math.max(15,6.1*[...t].length+8);n.beginPath(),n.roundRect(r-i/2,s-7.5,i,15,7.5),n.fillStyle=o,n.fill(),n.fillStyle=e.background,n.textAlign="center",n.fillText(t,r,s+.5)}function dr(n,e,{id:t,place:r}){let s=e.results.get(t);if(!s)return;let o=r.y+r.height/2;n.fillStyle=e.theme.text,n.fillRect(r.x-r.width/2+8,o-1.5,r.width-16,3),n.font=`10px ${e.theme.mono}`,n.globalAlpha=Math.max(n.globalAlpha,ft),n.textAlign="center",s.forEach((i,a)=>n.fillText(i,r.x,o+11+12*a))}function yt(n,e){let t=null,r=0;n.addEventListener("pointerdown",s=>{t=te(s),r=0,n.setPointerCapture(s.pointerId)}),n.addEventListener("pointermove",s=>{let o=te(s);if(!t)return e.hover(o);let[i,a]=[o.x-t.x,o.y-t.y];r+=Math.hypot(i,a),r>4&&e.drag(i,a),t=o}),n.addEventListener("pointerup",s=>{t&&r<=4&&e.click(te(s)),t=null}),n.addEventListener("pointercancel",()=>t=null),n.addEventListener("pointerleave",()=>e.hover(null)),n.addEventListener("wheel",s=>cr(s,e),{passive:!1})}function cr(n,e){let t=n.ctrlKey||n.metaKey;if(!t&&!e.ownsWheel())return;n.preventDefault();let r=n.deltaMode===WheelEvent.DOM_DELTA_LINE?16:1,s=Math.max(-120,Math.min(120,n.deltaY*r));e.zoom(Math.exp(-s*(t?.008:.002)),te(n))}function te(n){return{x:n.offsetX,y:n.offsetY}}var ne=class{constructor(e,t,r,s){this.session=e;this.motion=t;this.camera=r;this.theme=s}session;motion;camera;theme;touched=new Set;bound=new Map;results=new Map;edges={kept:[],new:[],gone:[],rewired:[]};shadesFor=null;prepare(){this.bound.clear(),this.touched.clear(),this.results.clear();let{frame:e,player:t}=this.session;for(let{label:o,id:i}of e.outputs)this.results.set(i,[...this.results.get(i)??[],o]);this.sortEdges();let{step:r}=t;if(!r)return;let s=[...new Set(r.bindings.map(o=>o.variable))];for(let{variable:o,id:i}of r.bindings){if(!e.nodes.has(i))continue;let a=s.indexOf(o)%this.theme.bindings.length;this.bound.set(i,[...this.bound.get(i)??[],{variable:o,colour:a}]),this.touched.add(i)}for(let[o,i]of e.nodes)i.change!=="kept"&&this.touched.add(o);for(let{node:o}of r.rewired)this.touched.add(o);this.touched.add(r.by)}sortEdges(){let{frame:e}=this.session;this.edges={kept:[],new:[],gone:[],rewired:[]};for(let[t,r]of e.nodes)r.inputs.forEach((s,o)=>{let i=r.change==="kept"&&e.rewired.has(q(t,o))?"rewired":r.change;this.edges[i].push(this.edge(s,t,o))});for(let{from:t,to:r,slot:s}of e.lost)this.edges.gone.push(this.edge(t,r,s))}edge(e,t,r){let s=this.motion.span(e,t);return{from:e,to:t,slot:r,jumps:s<1||s>8}}changeOf({change:e}){return this.session.marks?e:e==="gone"?null:"kept"}get dims(){return this.session.dims&&this.session.showsStep}standsOut(e){let{selected:t,hovered:r}=this.session;return this.touched.has(e)||e===t||e===r}get shades(){let e=this.session.overlay;return e?(this.shadesFor?.table!==e&&(this.shadesFor={table:e,shades:Ce(e)}),this.shadesFor.shades):null}};var ur=280,hr=560,re=.55,se=class{constructor(e,t,r){this.session=e;this.root=t;this.options=r;this.canvas=u("canvas",{tabindex:0,role:"application","aria-roledescription":"graph"}),this.node=u("div",{class:"sl-stage"},this.canvas),this.context=this.canvas.getContext("2d",{alpha:!1}),this.scene=new ne(e,this.motion,this.camera,x(t)),this.lastStep=e.player.at,this.arrange(),yt(this.canvas,{drag:(o,i)=>this.drag(o,i),click:o=>e.select(this.nodeAt(o)),hover:o=>e.hover(o&&this.nodeAt(o)),zoom:(o,i)=>this.zoom(o,i),ownsWheel:()=>this.ownsWheel});for(let o of["selection","hover","search","look"])this.endings.push(e.on(o,()=>this.repaint()));this.endings.push(e.on("step",()=>this.follow())),this.endings.push(W(()=>this.restyle()));let s=new ResizeObserver(()=>this.resize());s.observe(this.node),this.endings.push(()=>s.disconnect())}session;root;options;node;canvas;camera=new Z;arrangement=new Q;motion=new ee;scene;context;endings=[];moved=new Set;way=null;request=0;whole="at first";lastStep;onPaint(e){this.moved.add(e)}dispose(){cancelAnimationFrame(this.request);for(let e of this.endings)e()}arrange(){let e=performance.now(),{step:t}=this.session.player;this.motion.head(this.arrangement.show(this.session.frame,t)),this.motion.progress=1,this.scene.prepare(),this.root.dataset.layoutMs=(performance.now()-e).toFixed(1)}follow(){this.arrive();let e=this.motion.picture.places;this.arrange();let t=this.motion.picture.places,{step:r}=this.session.player,s=Math.abs(this.session.player.at-this.lastStep)===1;if(this.lastStep=this.session.player.at,r&&s&&this.whole==="at first"&&this.camera.view.scale<re)return this.comeNear(r);let o=r?[r.at,r.by].find(i=>e.has(i)&&t.has(i)):void 0;this.travel(o===void 0?this.revealed(this.camera.view):this.held(e.get(o),t.get(o))),this.motion.progress=this.way?0:1,this.repaint()}comeNear({at:e,by:t}){this.show([...this.scene.touched],1),this.way&&this.way.to.scale<re&&this.show([e,t],re*1.5),this.motion.progress=this.way?0:1}held(e,t){let{x:r,y:s,scale:o}=this.camera.view,i={scale:o,x:r+(e.x-t.x)*o,y:s+(e.y-t.y)*o};if(!this.whole)return this.revealed(i);let a=this.wholeView(),d=A(this.motion.picture.places.values()),{width:l,height:c}=this.camera.size;return Math.abs(a.x-i.x)>l/5||Math.abs(a.y-i.y)>c/5||a.scale>1.5*o||!this.camera.holds(d,i)?a:i}revealed(e){let{step:t}=this.session.player,r=t?[t.at,t.by].map(o=>this.motion.picture.places.get(o)):[],s=A(r.filter(o=>o!==void 0));return s?this.camera.revealing(s,e):e}travel(e){pr()||document.hidden?(this.camera.view=e,this.way=null):this.way={from:this.camera.view,to:e,start:performance.now()},this.root.dataset.moving=String(this.way!==null),this.repaint()}arrive(){this.way&&(this.camera.view=this.way.to),this.way=null,this.motion.progress=1,this.root.dataset.moving="false"}wholeView(){let e=A(this.motion.picture.places.values());return e?this.camera.fitting(e):this.camera.view}fit(){this.arrive(),this.whole="wanted",this.travel(this.wholeView())}focusStep(){let{selected:e,player:t}=this.session,r=t.step?this.scene.touched:e===null?[]:[e];this.show([...r],1)}reveal(e){this.arrive();let t=this.motion.picture.places.get(e);t&&(this.camera.view.scale<re?this.show([e],.9):this.travel(this.camera.revealing(A([t]),this.camera.view)))}show(e,t){this.arrive();let r=e.map(o=>this.motion.picture.places.get(o)).filter(o=>o!==void 0),s=A(r);s&&(this.whole=null,this.travel(this.camera.fitting(s,t,60)))}zoom(e,t){this.arrive(),this.whole=null,this.camera.zoom(e,t),this.repaint()}actualSize(){this.zoom(1/this.camera.view.scale)}tidy(){this.arrive(),this.motion.head(this.arrangement.tidy(this.session.frame)),this.scene.prepare(),this.travel(this.wholeView()),this.motion.progress=this.way?0:1}locate(e){let t=this.motion.place(e);if(!t)return null;let{scale:r}=this.camera.view;return{...t,...this.camera.toScreen(t),width:t.width*r,height:t.height*r}}nodeAt(e){let{x:t,y:r}=this.camera.toWorld(e),s=3/this.camera.view.scale;for(let[o,i]of this.motion.picture.places){if(!this.isDrawn(o))continue;if(Math.abs(t-i.x)<=i.width/2+s&&Math.abs(r-i.y)<=i.height/2+s)return o}return null}neighbour(e,t){let r=this.session.frame.nodes.get(e),s=this.motion.picture.places.get(e);if(!r||!s)return null;let o=l=>t==="left"?l.x<s.x:l.x>s.x,i=[...this.motion.picture.places].filter(([l,c])=>l!==e&&c.y===s.y),a=t==="up"?r.inputs:t==="down"?r.users:i.filter(([,l])=>o(l)).map(([l])=>l),d=l=>Math.abs(this.motion.picture.places.get(l).x-s.x);return a.filter(l=>this.isDrawn(l)).sort((l,c)=>d(l)-d(c))[0]??null}isDrawn(e){return this.scene.changeOf(this.session.frame.nodes.get(e))!==null}drag(e,t){this.arrive(),this.whole=null,this.camera.pan(e,t),this.repaint()}get ownsWheel(){return this.options.wheel||this.root.contains(mr(this.root))}restyle(){this.scene.theme=x(this.root),this.repaint()}resize(){let{width:e,height:t}=this.node.getBoundingClientRect();if(!e||!t)return;this.scene.theme=x(this.root),this.root.classList.toggle("sl-narrow",this.root.clientWidth<hr);let r=devicePixelRatio||1;this.canvas.width=Math.round(e*r),this.canvas.height=Math.round(t*r);let{width:s,height:o}=this.camera.size;this.camera.size={width:e,height:t},this.whole?this.camera.view=this.wholeView():this.camera.pan((e-s)/2,(t-o)/2),this.paint()}repaint(){this.request||(this.request=requestAnimationFrame(()=>this.paint()))}paint(){cancelAnimationFrame(this.request),this.request=0;let e=performance.now();this.advance(e),gt(this.context,this.scene,this.canvas.width/this.camera.size.width),this.root.dataset.paintMs=(performance.now()-e).toFixed(2),this.root.dataset.moving=String(this.way!==null);for(let t of this.moved)t();this.way&&this.repaint()}advance(e){if(!this.way)return;let t=Math.min(1,Math.max(0,(e-this.way.start)/ur)),r=t*t*(3-2*t),{from:s,to:o}=this.way;this.motion.progress=r;let i=(a,d)=>a+(d-a)*r;this.camera.view={x:i(s.x,o.x),y:i(s.y,o.y),scale:i(s.scale,o.scale)},t===1&&this.arrive()}};function pr(){return matchMedia("(prefers-reduced-motion: reduce)").matches}function mr(n){let e=n.getRootNode();return e instanceof Document||e instanceof ShadowRoot?e.activeElement:null}var oe=class{constructor(e){this.session=e;e.on("step",()=>this.update()),this.update()}session;node=u("nav",{class:"sl-bar sl-passes","aria-label":"Passes"});showsAll=!1;update(){let{trace:e,player:t}=this.session,r=t.passOf(t.at),s=e.passes.filter(a=>a.count===0).length,o=e.passes.filter(a=>this.showsAll||a.count>0),i=u("button",{type:"button",class:"sl-pass","aria-current":t.at===0&&"step",click:()=>this.session.seek(0)},"as written");f(this.node,i,...o.map(a=>this.chip(a,a===r)),s?this.moreButton(s):null),this.node.querySelector("[aria-current]")?.scrollIntoView({block:"nearest",inline:"nearest"})}chip(e,t){let r=`${e.count} \xB7 ${M(e.microseconds)}`,s=`${g(e.count,"rewrite")} in ${M(e.microseconds)}, ${e.nodesBefore} \u2192 ${g(e.nodesAfter,"node")}. Click: after the pass; again: before it.`;return u("button",{type:"button",class:"sl-pass",title:s,"aria-current":t&&"step",click:()=>this.jump(e)},e.name,u("small",{},r))}jump({first:e,count:t}){let r=e+t;this.session.seek(this.session.player.at===r?e:r)}moreButton(e){let t=this.showsAll?"hide those without effect":`${e} without effect hidden`,r=()=>{this.showsAll=!this.showsAll,this.update()};return u("button",{type:"button",class:"sl-more","aria-expanded":String(this.showsAll),click:r},t)}},ie=class{constructor(e){this.session=e;let{player:t}=e;this.slider=u("input",{type:"range",min:0,max:t.last,step:1,"aria-label":"Rewrite"}),this.slider.addEventListener("input",()=>e.seek(this.slider.valueAsNumber)),this.playButton=w("play","Play (Space)",()=>e.play(!e.isPlaying)),this.node=u("div",{class:"sl-bar sl-timeline",role:"toolbar","aria-label":"Rewrites"},w("first","To the start of the pass (K)",()=>e.seek(t.previousPassStart())),w("previous","Previous rewrite (k)",()=>e.seek(t.at-1)),this.playButton,w("next","Next rewrite (j)",()=>e.seek(t.at+1)),w("last","To the end of the pass (J)",()=>e.seek(t.nextPassEnd())),u("div",{class:"sl-track"},this.boundaries(),this.slider),this.position),e.on("step",()=>this.update()),e.on("play",()=>this.update()),this.update()}session;node;slider;position=u("output",{class:"sl-position"});playButton;boundaries(){let{trace:e,player:t}=this.session,r=e.passes.filter(s=>s.count>0).map(({name:s,first:o,count:i})=>{let a=`left: ${100*o/t.last}%; width: ${100*i/t.last}%`;return u("span",{class:"sl-stretch",style:a,"data-pass":s})});return u("div",{class:"sl-stretches","aria-hidden":"true"},...r)}update(){let{player:e,isPlaying:t}=this.session;this.slider.value=String(e.at);let r=e.step?`${e.step.rule.name}, ${e.passOf(e.at)?.name??""}`:"as written";this.slider.setAttribute("aria-valuetext",`${e.at} of ${e.last}: ${r}`),f(this.position,`${e.at} / ${e.last}`),this.playButton.replaceChildren(L(t?"pause":"play")),this.playButton.setAttribute("aria-pressed",String(t))}};var fr=420,Me=class{session;stage;root;header;actions;help;inspector;caption=u("div",{class:"sl-caption","aria-hidden":"true"});live=u("div",{class:"sl-live","aria-live":"polite","aria-atomic":"true"});constructor(e,t,r={}){this.session=new X(t),this.actions=[...k,...r.actions??[]],this.help=new j(this.actions),r.step!==void 0&&this.session.seek(r.step),r.selected!==void 0&&this.session.select(r.selected),I(e),this.root=u("div",{class:"sl-view"}),this.root.style.height=r.height===void 0?"100%":`${r.height}px`,e.append(this.root),this.stage=new se(this.session,this.root,{wheel:r.height===void 0}),this.header=new z(this.session,this);let s=o=>this.stage.reveal(o);this.inspector=new R(this.session,s),this.compose(new K(this.session,s)),this.listen(r),this.describe()}compose(e){let t=u("aside",{class:"sl-panel","aria-label":"Details"},this.inspector.node,e.node);this.stage.node.append(this.caption,new V(this.session,this.stage).node);let r=u("div",{class:"sl-body"},this.stage.node,t),s=this.session.player.last?[new oe(this.session).node,r,new ie(this.session).node]:[r];this.root.append(this.header.node,...s,this.live,this.help.node)}listen({onStep:e,onSelect:t}){this.root.addEventListener("keydown",r=>this.key(r)),this.root.addEventListener("focusin",r=>gr(r.target)),this.session.on("step",()=>{this.describe(),this.live.textContent=de(this.session.player),e?.(this.session.player.at)}),this.session.on("selection",()=>{this.describe();let{selected:r}=this.session;r!==null&&(this.live.textContent=Ie(this.session,r)),t?.(r)});for(let r of["hover","search"])this.session.on(r,()=>this.describe())}describe(){let{player:e,selected:t,hovered:r,hits:s,trace:o}=this.session,i=`Graph of ${o.name}. ${de(e)} Arrow keys walk along edges, question mark lists all keys.`;this.stage.canvas.setAttribute("aria-label",i);let a=e.step?.rule;f(this.caption,...a?[u("b",{},a.name),` ${a.formula.replaceAll("->","\u2192")}`]:[]);let d={step:e.at,nodes:e.frame.alive,selected:t,hovered:r,hits:s.size};for(let[l,c]of Object.entries(d))this.root.dataset[l]=c===null?"":String(c)}key(e){let t=Re(e,this.actions);!t||e.defaultPrevented||(e.preventDefault(),e.stopPropagation(),t.run(this))}run(e){this.actions.find(t=>t.id===e)?.run(this)}seek(e){this.session.seek(e)}select(e){this.session.select(e)}locate(e){return this.stage.locate(e)}startSearch(){this.header.startSearch()}toggleHelp(){this.help.toggle()}togglePanel(){let{classList:e}=this.root;e.toggle(e.contains("sl-narrow")?"sl-with-panel":"sl-without-panel")}escape(){let{session:e}=this;this.help.isOpen?this.help.toggle(!1):e.isPinned?e.pin(!1):e.query?e.search(""):e.select(null),this.stage.canvas.contains(document.activeElement)||this.stage.canvas.focus()}dispose(){this.inspector.dispose(),this.stage.dispose(),this.session.dispose(),this.root.remove()}};function gr(n){n instanceof Element&&n.setAttribute("data-lm-suppress-shortcuts","true")}function bt(n,e,t={}){try{return new Me(n,e,{height:fr,...t})}catch(r){if(!(r instanceof y))throw r;return I(n),n.replaceChildren(u("div",{class:"sl-error",role:"alert"},r.message)),null}}function vt(n,e,t){return class extends n.Widget{entry=null;renderModel(r){return this.open(r.data[F],{}),Promise.resolve()}open(r,s){this.clear();let o=bt(this.node,r,{...s,actions:t});this.entry=o&&e.add(o,r)}dispose(){this.isDisposed||(this.clear(),super.dispose())}close(){this.dispose()}clear(){this.entry&&e.remove(this.entry),this.entry=null,this.node.replaceChildren()}}}var yr=0;function wt(n,e,t){let r=n.current;if(!r)return;let{session:s}=r.view;e.id=`symlab-workbench-${++yr}`,e.title.label=`symlab: ${s.trace.name}`,e.title.caption=`Rewrites of ${s.trace.name}`,e.title.iconClass="sl-icon jp-MainAreaWidget-icon",e.title.closable=!0,t(e),e.open(r.json,{height:void 0,step:s.player.at,selected:s.selected})}var ae=class{open=new Set;last=null;listeners=new Set;get current(){return this.last}onChange(e){this.listeners.add(e)}add(e,t){let r={view:e,json:t};this.open.add(r);let s=()=>this.use(r);return e.root.addEventListener("focusin",s),e.root.addEventListener("pointerdown",s),this.last||this.use(r),r}use(e){this.last!==e&&(this.last=e,this.tell())}remove(e){this.open.delete(e)&&(e.view.dispose(),this.last===e&&(this.last=[...this.open].at(-1)??null,this.tell()))}tell(){for(let e of this.listeners)e()}};var br=-20,vr="symlab";function xt(n){let e=new ae,t=o=>{},r={id:"open-workbench",label:"Open workbench",keys:["w"],run:()=>wt(e,new s,t)},s=vt(n,e,[r]);return[{id:"symlab:renderer",description:"Shows the trace of a compilation in the output of a cell.",autoStart:!0,requires:[n.rendermime],activate:(o,i)=>{let a=()=>new s;i.addFactory({safe:!0,mimeTypes:[F],createRenderer:a},br)}},{id:"symlab:workbench",description:"A panel with the graph of a compilation, its inspector, and a command for each key.",autoStart:!0,optional:[n.palette,n.restorer],activate:(o,i,a)=>{wr(o,e,r,i),t=l=>{o.shell.add(l,"main",{mode:"split-right"}),o.shell.activateById(l.id)};let d=xr(n,e);o.shell.add(d,"right",{rank:900}),x(d.node),a?.add(d,d.id)}}]}function wr(n,e,t,r){let s=()=>e.current!==null;for(let o of[...k,t]){let i=`symlab:${o.id}`,a=()=>e.current?.view.run(o.id),d=o===t?o.label:`symlab: ${o.label}`;n.commands.addCommand(i,{label:d,caption:`Key in a view: ${S(o.keys[0])}`,isEnabled:s,execute:a}),r?.addItem({command:i,category:vr})}e.onChange(()=>n.commands.notifyCommandChanged())}function xr(n,e){let t=new n.Widget;t.id="symlab-inspector",t.title.iconClass="sl-icon jp-SideBar-tabIcon",t.title.caption="symlab: the rewrite and the selected node",t.addClass("sl-side"),I(document.body);let r=null,s=()=>{r?.dispose();let o=e.current?.view;r=o?new R(o.session,a=>o.stage.reveal(a)):null;let i="No trace is open. A cell whose value is a compiled function shows one.";x(t.node),f(t.node,r?.node??u("p",{class:"sl-note"},i))};return e.onChange(s),s(),W(()=>x(t.node)),t}var kr="symlab",kt={};async function Sr(n){let t=Object.entries(kt[n]??{}).sort(([r,{loaded:s}],[o,{loaded:i}])=>+!!i-+!!s||o.localeCompare(r,"en",{numeric:!0}))[0];if(!t)throw new Error(`symlab: this application does not share ${n}`);return(await t[1].get())()}async function Mr(){let n=["@lumino/widgets","@jupyterlab/rendermime","@jupyterlab/apputils","@jupyterlab/application"],[e,t,r,s]=await Promise.all(n.map(Sr));return{Widget:e.Widget,rendermime:t.IRenderMimeRegistry,palette:r.ICommandPalette,restorer:s.ILayoutRestorer}}async function Er(){return{__esModule:!0,default:xt(await Mr())}}var Tr={init:n=>(kt=n,Promise.resolve()),get:async n=>{if(n!=="./extension")throw new Error(`symlab: there is no module ${n}`);let e=await Er();return()=>e}},Rr=window;(Rr._JUPYTERLAB??={})[kr]=Tr;})();
