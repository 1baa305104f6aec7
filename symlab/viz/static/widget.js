var m=(r,e,t,n)=>({id:r,label:e,keys:t,run:n}),B=r=>({session:e,stage:t})=>{let{selected:n,player:s,frame:o}=e,i=s.step?.by??o.outputs[0]?.id??null,a=n===null?i:t.neighbour(n,r);a!==null&&(e.select(a),t.reveal(a))},Ie=r=>({session:e,stage:t})=>{e.nextHit(r),e.selected!==null&&t.reveal(e.selected)},z=[m("next-rewrite","Next rewrite",["j"],({session:r})=>r.seek(r.player.at+1)),m("previous-rewrite","Previous rewrite",["k"],({session:r})=>r.seek(r.player.at-1)),m("next-pass","To the end of the pass",["J"],({session:r})=>r.seek(r.player.nextPassEnd())),m("previous-pass","To the start of the pass",["K"],({session:r})=>r.seek(r.player.previousPassStart())),m("first","The graph as written",["Home"],({session:r})=>r.seek(0)),m("last","The final graph",["End"],({session:r})=>r.seek(r.player.last)),m("play","Play or pause",[" "],({session:r})=>r.play(!r.isPlaying)),m("search","Search",["/"],r=>r.startSearch()),m("next-hit","Next hit",["n"],Ie(1)),m("previous-hit","Previous hit",["N"],Ie(-1)),m("walk-up","To an operand",["ArrowUp"],B("up")),m("walk-down","To a user",["ArrowDown"],B("down")),m("walk-left","To the left in the row",["ArrowLeft"],B("left")),m("walk-right","To the right in the row",["ArrowRight"],B("right")),m("pin","Pin the card of the selected node",["Enter"],({session:r})=>r.pin(!r.isPinned)),m("fit","Show the whole graph",["f"],({stage:r})=>r.fit()),m("focus-rewrite","Show the place of the rewrite",["F"],({stage:r})=>r.focusStep()),m("zoom-in","Nearer",["+","="],({stage:r})=>r.zoom(1.25)),m("zoom-out","Farther",["-"],({stage:r})=>r.zoom(.8)),m("actual-size","Actual size",["0"],({stage:r})=>r.actualSize()),m("tidy","Lay the graph out anew",["t"],({stage:r})=>r.tidy()),m("dim","Dim what the rewrite left alone",["o"],({session:r})=>r.dim(!r.dims)),m("diff","Mark what the rewrite changed",["d"],({session:r})=>r.mark(!r.marks)),m("split","Before and after, side by side",["s"],r=>r.toggleSplit()),m("panel","Show or hide the panel",["i"],r=>r.togglePanel()),m("help","Keys",["?"],r=>r.toggleHelp()),m("escape","Close, or select nothing",["Escape"],r=>r.escape())];function Ce(r,e){if(r.ctrlKey||r.metaKey||r.altKey)return null;let t=e.find(({keys:s})=>s.includes(r.key))??null,n=r.composedPath()[0];return t&&n instanceof Element&&It(n,r.key)?null:t}var De=["Enter"," "],Nt=["ArrowUp","ArrowDown","ArrowLeft","ArrowRight","Home","End",...De];function It(r,e){return e==="Escape"?!1:r.matches('input[type="search"]')?!0:r.matches('select, [role="treeitem"], input[type="range"]')?Nt.includes(e):r.matches("button, summary, a")&&De.includes(e)}var Ct={" ":"Space",ArrowUp:"\u2191",ArrowDown:"\u2193",ArrowLeft:"\u2190",ArrowRight:"\u2192",Escape:"Esc"};function F(r){return Ct[r]??r}var Dt=new Set(["input","shared","constant"]);function Be(r){return Dt.has(r.op)}function _(r){return r.op.startsWith("kernel")}function v(r){let e=N(Ht(r),26),t=N(Bt(r),30),n=Math.max(7.3*He(e),6.1*He(t));return{title:e,subtitle:t,width:Math.max(56,n+22),height:38}}function Ht(r){return r.op==="constant"?r.detail??r.name??r.op:Be(r)?r.name??r.op:r.op}function Bt(r){let e=r.type?I(r.type):"";if(r.op==="shared")return`shared ${e}`.trim();let t=Be(r)?null:r.name;return t?`${t}: ${e}`:e}var zt={float:"f",int:"i",uint:"u",complex:"c",bfloat:"bf"};function V(r){let e=/^(float|int|uint|complex|bfloat)(\d+)$/.exec(r);return e?zt[e[1]]+e[2]:r}function I(r){return r.shape.length?`${V(r.dtype)}[${r.shape.map(e=>e??"?").join(", ")}]`:V(r.dtype)}function N(r,e){let t=[...r];return t.length<=e?r:`${t.slice(0,e-1).join("")}\u2026`}function He(r){return[...r].length}function T(r){if(r<1)return`${Math.round(r*1e3)} ns`;let[e,t]=r<1e3?[r,"\xB5s"]:r<1e6?[r/1e3,"ms"]:[r/1e6,"s"];return`${Ft(e)} ${t}`}function Ft(r){return r>=100?String(Math.round(r)):String(Number(r.toPrecision(3)))}function fe(r,e){return r.name==="microseconds"?T(e):Math.abs(e)>=1e5||e!==0&&Math.abs(e)<.001?e.toExponential(1):Vt(e)}function Vt(r){return Number.isInteger(r)?String(r):String(Number(r.toPrecision(3)))}function b(r,e){return`${r} ${e}${r===1?"":"s"}`}function _t(r){return r.formula.replaceAll("->","becomes")}function ge(r){let{step:e,at:t,last:n,frame:s}=r;if(!e)return n?`The graph as written: ${b(s.alive,"node")}, ${b(n,"rewrite")} to come.`:`The graph as written: ${b(s.alive,"node")}.`;let o=r.passOf(t),i=be(e),a=e.verdict&&e.verdict!=="ok"?` The result is ${e.verdict}.`:"";return`${`Rewrite ${t} of ${n}${o?`, pass ${o.name}`:""}`}: ${e.rule.name}, ${_t(e.rule)}. ${i}.${a}`}function be(r){let e=`${b(r.added.length,"node")} added`,t=r.rewired.length?`, ${b(r.rewired.length,"edge")} rewired`:"";return`${e}, ${r.deleted.length} removed${t}`}function ze(r){return`${r.label}, line ${r.line}`}function ye(r,e){return`#${e} ${v(r.record(e)).title}`}function Fe(r,e){let t=r.record(e);return[t.name===null?null:{name:"name",value:t.name},t.type&&{name:"type",value:`${t.type.dtype}, ${I(t.type)}`},t.detail===null?null:{name:t.op==="constant"?"value":"detail",value:t.detail},t.scope===null?null:{name:"scope",value:t.scope},t.source&&{name:"built in",value:ze(t.source)},...Wt(r,e).map(s=>({name:"result",value:s})),...Kt(r,e)].filter(s=>s!==null)}function Wt(r,e){return r.frame.outputs.filter(t=>t.id===e).map(t=>t.label)}function Kt(r,e){return r.trace.tables.flatMap(t=>{let n=t.values.get(e);return n===void 0?[]:[{name:t.name,value:fe(t,n)}]})}function W(r,e,t=12){let{history:n}=r.player,s=[],o=new Set;for(let i=[e];i.length&&s.length<t;){let a=i.shift();if(o.has(a)||!n.has(a))continue;o.add(a);let d=n.birth(a);if(d===0)continue;let l=n.madeFrom(a).filter(c=>n.has(c));s.push({step:d,rule:r.trace.steps[d-1].rule.name,id:a,from:l}),i.push(...l)}return s.sort((i,a)=>a.step-i.step)}function Ve(r,e){let t=r.frame.nodes.get(e),{title:n,subtitle:s}=v(t.record),o=t.change==="new"?", new":t.change==="gone"?", removed by this rewrite":"",i=b(t.inputs.length,"operand"),a=t.record.source?`, ${ze(t.record.source)}`:"";return`Node ${e}, ${n} ${s}${o}: ${i}, used by ${t.users.length}${a}.`}function u(r,e={},...t){let n=document.createElement(r);for(let[s,o]of Object.entries(e))typeof o=="function"?n.addEventListener(s,o):o!==!1&&o!==null&&o!==void 0&&n.setAttribute(s,o===!0?"":String(o));return n.append(...t.filter(s=>s!==null)),n}function y(r,...e){r.replaceChildren(...e.filter(t=>t!==null))}var _e="http://www.w3.org/2000/svg",Gt={first:"M4 3v10M13 3L6 8l7 5z",previous:"M11 3L4 8l7 5z",next:"M5 3l7 5-7 5z",last:"M12 3v10M3 3l7 5-7 5z",play:"M4 2.5l9 5.5-9 5.5z",pause:"M4.5 3v10M11.5 3v10",split:"M2 3h12v10H2zM8 3v10M4.5 8h1.5M10 8h1.5",fit:"M2 6V2h4M14 6V2h-4M2 10v4h4M14 10v4h-4",focus:"M8 1v3M8 12v3M1 8h3M12 8h3M8 5.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5",dim:"M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12",panel:"M2 3h12v10H2zM10 3v10",help:"M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.8-1.1 1.8M8 12.4v.6",search:"M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M10.3 10.3L14 14"},jt=["first","previous","next","last","play"];function C(r){let e=document.createElementNS(_e,"svg"),t=document.createElementNS(_e,"path");return e.setAttribute("viewBox","0 0 16 16"),e.setAttribute("aria-hidden","true"),t.setAttribute("d",Gt[r]),t.setAttribute("fill",jt.includes(r)?"currentColor":"none"),e.append(t),e}function x(r,e,t){let s=u("button",{type:"button",class:"sl-button",title:e,"aria-label":e,click:t});return s.append(C(r)),s}function K(r){let e=r.getRootNode();return e instanceof Document||e instanceof ShadowRoot?e.activeElement:null}function G(r){let e=o=>getComputedStyle(r).getPropertyValue(`--sl-${o}`).trim();r.dataset.scheme=Xt(e("background"))<.4?"dark":"light";let t=matchMedia("(prefers-contrast: more), (forced-colors: active)").matches||qt();r.dataset.contrast=t?"more":"normal";let n=e("background"),s=e("added");return{background:n,text:e("text"),muted:e("muted"),node:e("node"),leaf:ve(n,e("accent"),.1),kernel:ve(n,e("kernel"),.14),outline:e("outline"),edge:e("edge"),accent:e("accent"),added:s,addedFill:ve(n,s,.16),removed:e("removed"),rewired:e("rewired"),hit:e("hit"),bindings:Array.from({length:6},(o,i)=>e(`binding-${i}`)),mono:e("mono"),faint:t?.75:.35}}function qt(){let{body:r}=document,e=`${r.dataset.jpThemeName??""} ${r.className} ${r.dataset.vscodeThemeKind??""}`;return/high.contrast/i.test(e)}function We(r){let e=new MutationObserver(r),t=["data-jp-theme-name","data-jp-theme-light","data-vscode-theme-kind","class"];e.observe(document.body,{attributes:!0,attributeFilter:t});let s=["(prefers-color-scheme: dark)","(prefers-contrast: more)","(forced-colors: active)"].map(o=>matchMedia(o));for(let o of s)o.addEventListener("change",r);return()=>{e.disconnect();for(let o of s)o.removeEventListener("change",r)}}var E=null;function xe(r){E??=Ut(),E.clearRect(0,0,1,1),E.fillStyle="#ffffff",E.fillStyle=r,E.fillRect(0,0,1,1);let[e,t,n]=E.getImageData(0,0,1,1).data;return[e,t,n]}function Ut(){let r=document.createElement("canvas");return r.width=r.height=1,r.getContext("2d",{willReadFrequently:!0})}function Xt(r){let[e,t,n]=xe(r);return(.2126*e+.7152*t+.0722*n)/255}function ve(r,e,t){let n=xe(r),s=xe(e),[o,i,a]=n.map((d,l)=>Math.round(d+(s[l]-d)*t));return`rgb(${o} ${i} ${a})`}var we=[[222,235,247],[158,202,225],[66,146,198],[8,81,156],[8,38,90]];function Ke(r){let e=[...r.values.values()].reduce((n,s)=>Math.max(n,Math.abs(s)),Number.MIN_VALUE),t=new Map;for(let[n,s]of r.values)t.set(n,Yt(Math.sqrt(Math.abs(s)/e)));return t}function Yt(r){let e=Math.min(r,.999)*(we.length-1),t=Math.floor(e),n=we[t].map((d,l)=>Math.round(d+(we[t+1][l]-d)*(e-t))),[s,o,i]=n,a=.2126*s+.7152*o+.0722*i>140;return{fill:`rgb(${s} ${o} ${i})`,text:a?"#0b1620":"#ffffff"}}var M=12,j=class{constructor(e,t){this.session=e;this.reveal=t;this.node.append(this.rewrite,this.selection);let n=()=>this.update();this.endings=[e.on("step",n),e.on("selection",n)],this.update()}session;reveal;node=u("div",{class:"sl-inspector"});rewrite=u("section",{class:"sl-rewrite","aria-label":"Rewrite"});selection=u("section",{class:"sl-selection","aria-label":"Selected node"});endings;dispose(){for(let e of this.endings)e()}update(){let{player:e,selected:t}=this.session;y(this.rewrite,...e.step?this.stepParts(e.step):this.writtenParts());let n=t!==null&&this.session.frame.nodes.has(t);y(this.selection,...n?this.nodeParts(t):[])}writtenParts(){let{player:e,frame:t,trace:n}=this.session,s=[b(t.alive,"node"),b(n.inputs.length,"input"),b(t.outputs.length,"result")].join(", "),o=e.last?"j goes to the first rewrite, J to the end of the first pass, ? lists all keys.":null,i=[s,o].filter(a=>a!==null).map(a=>u("p",{},a));return[u("h3",{},"The graph as written"),...i]}stepParts(e){let{player:t}=this.session,{rule:n}=e,s=t.passOf(t.at),o=e.microseconds?T(e.microseconds):null,i=[`rewrite ${t.at} of ${t.last}`,s?.name,o].filter(Boolean).join(" \xB7 "),a=n.assumptions.length?u("p",{class:"sl-note"},`assumes ${n.assumptions.join(", ")}`):null;return[u("div",{class:"sl-place"},i),u("h3",{class:"sl-rule"},n.name),n.reason?u("p",{},n.reason):null,n.formula?Qt(n,e):null,this.bindings(e),u("p",{class:"sl-note"},be(e)),a,en(e)].filter(l=>l!==null)}bindings(e){if(!e.bindings.length)return null;let t=Ge(e),n=e.bindings.slice(0,M).map(({variable:o,id:i})=>u("li",{},u("b",{class:je(t.indexOf(o))},o)," = ",this.link(i))),s=e.bindings.length>M?u("li",{},`and ${e.bindings.length-M} more`):null;return u("ul",{class:"sl-bindings","aria-label":"Bindings"},...n,s)}link(e){let t=ye(this.session,e);return this.session.frame.nodes.has(e)?u("button",{type:"button",class:"sl-link",click:()=>{this.session.select(e),this.reveal(e)}},t):u("span",{class:"sl-absent"},t)}nodeParts(e){let{session:t}=this,n=t.frame.nodes.get(e),s={kept:null,new:"new",gone:"removed by this rewrite"}[n.change],o=n.record.source?.text??null,i=t.kernelOf(e);return[u("h3",{},`#${e} ${v(n.record).title}`,s&&u("em",{class:`sl-${n.change}`},s)),Se(t,e),o===null?null:u("pre",{class:"sl-source"},o.trim()),this.links("reads",n.inputs),this.links("used by",n.users),this.ancestry(e),i?.source?tn(i.name,i.source):null].filter(d=>d!==null)}links(e,t){if(!t.length)return null;let n=t.slice(0,M).map(o=>this.link(o)),s=t.length>M?u("span",{},`and ${t.length-M} more`):null;return u("p",{class:"sl-links"},u("span",{class:"sl-name"},e),...n,s)}ancestry(e){let t=W(this.session,e);if(!t.length)return null;let n=t.map(({step:o,rule:i,from:a})=>{let d=u("button",{type:"button",class:"sl-link",title:`Go to rewrite ${o}`,click:()=>this.session.seek(o)},`${o} ${i}`),l=a.map(c=>ye(this.session,c)).join(", ");return u("li",{},d,l?` from ${l}`:null)}),s=u("ol",{class:"sl-ancestry"},...n);return u("div",{},u("span",{class:"sl-name"},"made by"),s)}};function Ge(r){return[...new Set(r.bindings.map(e=>e.variable))]}function je(r){return`sl-binding-${r%6}`}function Qt(r,e){let t=Ge(e),s=r.formula.replaceAll("->","\u2192").split(/([\p{L}_][\p{L}\p{N}_]*)/u).map(o=>{let i=t.indexOf(o);return i<0?o:u("b",{class:je(i)},o)});return u("code",{class:"sl-formula"},...s)}var Zt={ok:"DebugMode: the result is the same",worse:"DebugMode: the result is less accurate",wrong:"DebugMode: the result is wrong"};function en(r){if(!r.verdict)return null;let e=r.verdict==="ok"?"\u2713 ":"\u26A0 ";return u("p",{class:`sl-verdict sl-verdict-${r.verdict}`},e+Zt[r.verdict])}function Se(r,e){let t=Fe(r,e).flatMap(({name:n,value:s})=>[u("dt",{},n),u("dd",{},s)]);return u("dl",{class:"sl-facts"},...t)}function tn(r,e){let t=u("pre",{class:"sl-code",tabindex:0,"aria-label":`Code of ${r}`},e);return u("details",{open:!0},u("summary",{},r),t)}var R=10,q=class{constructor(e,t){this.session=e;this.stage=t;for(let n of["hover","selection","step","look"])e.on(n,()=>this.update());t.onPaint(()=>this.move())}session;stage;node=u("div",{class:"sl-card",role:"tooltip",hidden:!0});shown=null;update(){let{hovered:e,selected:t,isPinned:n,frame:s}=this.session,o=e??(n?t:null);this.shown=o!==null&&s.nodes.has(o)?o:null,this.node.hidden=this.shown===null,this.node.classList.toggle("sl-pinned",n&&this.shown===t),this.shown!==null&&(y(this.node,...this.parts(this.shown)),this.move())}parts(e){let{session:t}=this,{record:n}=t.frame.nodes.get(e),s=n.op===v(n).title?n.op:`${v(n).title} (${n.op})`,o=n.source?.text??null,i=W(t,e,3).map(({step:a,rule:d})=>`${d} (${a})`);return[u("div",{class:"sl-card-title"},`#${e} `,u("b",{},s)),Se(t,e),o===null?null:u("pre",{class:"sl-source"},o.trim()),i.length?u("div",{class:"sl-note"},`made by ${i.join(", after ")}`):null]}move(){if(this.shown===null)return;let e=this.stage.locate(this.shown);if(!e)return;let{width:t,height:n}=this.stage.camera.size,{offsetWidth:s,offsetHeight:o}=this.node,i=e.x+e.width/2+R,a=e.x-e.width/2-R-s,d=i+s<=t?i:a>=0?a:t-s-R,l=Math.min(Math.max(R,e.y-e.height/2),Math.max(R,n-o-R));this.node.style.transform=`translate(${Math.round(d)}px, ${Math.round(l)}px)`}};var qe=[["fit","fit"],["focus","focus-rewrite"],["dim","dim"],["split","split"],["panel","panel"],["help","help"]],U=class{constructor(e,t){this.session=e;this.field=this.makeField(t),this.count=u("span",{class:"sl-hits","aria-live":"polite"});let n=u("label",{class:"sl-search"},C("search"),this.field,this.count),s=qe.map(([o,i])=>{let a=z.find(d=>d.id===i);return x(o,`${a.label} (${F(a.keys[0])})`,()=>a.run(t))});this.dimButton=s[qe.findIndex(([,o])=>o==="dim")],this.node=u("div",{class:"sl-bar sl-header"},this.title(),n,this.overlays(),...s),e.on("search",()=>this.update()),e.on("look",()=>this.update()),this.update()}session;node;field;count;dimButton;startSearch(){this.field.focus(),this.field.select()}title(){let{name:e,mode:t,device:n}=this.session.trace,s=[t,n].filter(o=>o!=="").join(" \xB7 ");return u("div",{class:"sl-title"},u("b",{},e)," ",u("span",{},s))}makeField(e){let t=u("input",{type:"search",placeholder:"op:dot  x  f64","aria-label":"Search nodes, for example op:dot or dtype:f64 or time>1ms",title:"Words, #id, op: name: dtype: type: scope: detail: source: line:, time>1ms",spellcheck:"false"});return t.addEventListener("input",()=>this.session.search(t.value)),t.addEventListener("keydown",n=>{n.key==="Enter"&&(n.preventDefault(),this.session.nextHit(n.shiftKey?-1:1),this.session.selected!==null&&e.stage.reveal(this.session.selected))}),t}overlays(){let{tables:e}=this.session.trace;if(!e.length)return null;let t=e.map(({name:s})=>u("option",{value:s},s)),n=u("select",{class:"sl-overlay","aria-label":"Overlay"},u("option",{value:""},"no overlay"),...t);return n.addEventListener("change",()=>this.session.showTable(n.value||null)),n}update(){let{query:e,hits:t,dims:n}=this.session;y(this.count,e.trim()?b(t.size,"hit"):null),this.dimButton?.setAttribute("aria-pressed",String(n)),this.field.value!==e&&(this.field.value=e)}};var nn=[["sl-new","green, +: added by the rewrite"],["sl-gone","red, dashed, \u2212: removed by the rewrite"],["sl-rewired","amber, thick: the edge reads another node now"]],X=class{node;returnTo=null;constructor(e){let t=e.flatMap(({keys:o,label:i})=>[u("dt",{},...o.slice(0,1).map(a=>u("kbd",{},F(a)))),u("dd",{},i)]),n=nn.map(([o,i])=>u("li",{class:o},i)),s=u("button",{type:"button",class:"sl-close",click:()=>this.toggle(!1)},"Close");this.node=u("div",{class:"sl-help",role:"dialog","aria-modal":"true","aria-label":"Keys",hidden:!0},u("h3",{},"Keys"),u("dl",{},...t),u("ul",{class:"sl-legend"},...n),u("p",{class:"sl-note"},"The wheel zooms while the view has the focus, and always with Ctrl. Dragging moves the graph."),s)}get isOpen(){return!this.node.hidden}toggle(e=!this.isOpen){e!==this.isOpen&&(e&&(this.returnTo=K(this.node)),this.node.hidden=!e,e?this.node.querySelector("button").focus():this.returnTo?.focus())}};var rn=4,Ue=400;function sn(r,e,t=Ue){let{frame:n}=r,s=[],o=new Set,i=n.outputs.map(({id:a,label:d})=>({id:a,label:d,level:1})).reverse();for(;i.length&&s.length<t;){let{id:a,label:d,level:l}=i.pop(),c=n.nodes.get(a).inputs,h=c.length>0&&o.has(a),p=c.length&&!h?e.get(a)??l<=rn:null;if(s.push({id:a,label:d,level:l,isOpen:p,isRepeated:h}),o.add(a),p)for(let g of c.toReversed())i.push({id:g,label:"",level:l+1})}return s}var Y=class{constructor(e,t){this.session=e;this.reveal=t;this.tree=u("div",{role:"tree",class:"sl-tree","aria-label":"Outline of the graph"}),this.node=u("details",{class:"sl-outline"},u("summary",{},"Outline"),this.tree),this.node.addEventListener("toggle",()=>this.update()),this.tree.addEventListener("keydown",n=>this.key(n)),e.on("step",()=>this.update()),e.on("selection",()=>this.update())}session;reveal;node;tree;opened=new Map;rows=[];current=0;update(){if(!this.node.open)return;let e=this.tree.contains(document.activeElement)||this.tree.querySelector(":focus")!==null,t=this.rows[this.current]?.id===this.session.selected;this.rows=sn(this.session,this.opened);let n=this.rows.findIndex(i=>i.id===this.session.selected);n>=0&&!t&&(this.current=n),this.current=Math.max(0,Math.min(this.current,this.rows.length-1));let s=this.rows.map((i,a)=>this.item(i,a)),o=this.rows.length===Ue?u("div",{class:"sl-note"},"Further rows: close some above."):null;y(this.tree,...s,o),e&&s[this.current]?.focus()}item(e,t){let n=this.session.frame.nodes.get(e.id),{title:s,subtitle:o}=v(n.record),i=n.change==="new"?" new":"",a=e.isRepeated?" (see above)":"",d=e.label&&`${e.label}: `,l=e.isOpen===null?"\xB7":e.isOpen?"\u25BE":"\u25B8";return u("div",{role:"treeitem",class:`sl-row sl-${n.change}`,style:`padding-left: ${6+14*(e.level-1)}px`,tabindex:t===this.current?0:-1,"aria-level":e.level,"aria-expanded":e.isOpen===null?null:String(e.isOpen),"aria-selected":String(e.id===this.session.selected),"data-node":e.id,click:()=>this.choose(t)},u("span",{class:"sl-sign","aria-hidden":"true",click:c=>this.toggle(c,e)},l),`${d}${s} `,u("small",{},`${o} #${e.id}${i}${a}`))}toggle(e,t){t.isOpen!==null&&(e.stopPropagation(),this.opened.set(t.id,!t.isOpen),this.update())}choose(e){this.current=Math.max(0,Math.min(e,this.rows.length-1));let{id:t}=this.rows[this.current],n=t!==this.session.selected;this.session.select(t),n||this.update(),this.reveal(t),this.tree.querySelectorAll('[role="treeitem"]')[this.current]?.focus()}key(e){let n={ArrowDown:()=>this.choose(this.current+1),ArrowUp:()=>this.choose(this.current-1),ArrowRight:()=>this.open(!0),ArrowLeft:()=>this.open(!1),Home:()=>this.choose(0),End:()=>this.choose(this.rows.length-1),Enter:()=>this.choose(this.current)," ":()=>this.choose(this.current)}[e.key];!n||e.ctrlKey||e.metaKey||e.altKey||(e.preventDefault(),e.stopPropagation(),n())}open(e){let t=this.rows[this.current];if(t.isOpen===!e)this.opened.set(t.id,e),this.update();else if(e&&t.isOpen)this.choose(this.current+1);else if(!e){let n=this.rows.slice(0,this.current).findLastIndex(({level:s})=>s<t.level);n>=0&&this.choose(n)}}};var f=class extends Error{constructor(t,n){super(`this trace cannot be shown: ${t}: ${n}`);this.where=t;this.name="TraceError"}where};var J=class r{constructor(e,t){this.value=e;this.where=t}value;where;fail(e){let t=JSON.stringify(this.value)??String(this.value),n=t.length>60?`${t.slice(0,60)}\u2026`:t;throw new f(this.where,`expected ${e}, found ${n}`)}get isMissing(){return this.value===void 0||this.value===null}get isText(){return typeof this.value=="string"}changed(e){return new r(e,this.where)}field(e){let{value:t}=this;if(typeof t!="object"||t===null||Array.isArray(t))return this.fail("an object");let n=Object.hasOwn(t,e)?t[e]:void 0;return new r(n,this.where?`${this.where}.${e}`:e)}names(){let{value:e}=this;return typeof e!="object"||e===null||Array.isArray(e)?this.fail("an object"):Object.keys(e)}list(e){let{value:t}=this;return Array.isArray(t)?t.map((n,s)=>e(new r(n,`${this.where}[${s}]`),s)):this.fail("a list")}row(e){let t=this.list(n=>n);return t.length===e?t:this.fail(`a list of ${e} elements`)}text(){return typeof this.value=="string"?this.value:this.fail("a string")}number(){return typeof this.value=="number"&&Number.isFinite(this.value)?this.value:this.fail("a number")}integer(e=0){let{value:t}=this;return typeof t=="number"&&Number.isSafeInteger(t)&&t>=e?t:this.fail(e?`a whole number of at least ${e}`:"a whole number")}entry(e,t){let n=this.integer();return n<e.length?e[n]:this.fail(`an index into the ${e.length} ${t}`)}optional(e,t){return this.value===-1?null:this.entry(e,t)}};var on=5,an=100,ln=[null,"ok","worse","wrong"];function Xe(r){return new Q(r,"nodes").rows(-1)}function Ye(r){let e=new Q(r,"steps"),t=0;return e.times(()=>{let n=e.step(t);return t=n.at,n})}var Q=class{constructor(e,t){this.where=t;try{this.bytes=atob(e)}catch{throw new f(t,"expected base64")}}where;bytes;place=0;next(){let e=0;for(let t=1;;t*=128){if(this.place===this.bytes.length)throw new f(this.where,"the numbers end too early");let n=this.bytes.charCodeAt(this.place++);if(e+=n%128*t,n<128)return e%2?-(e+1)/2:e/2}}times(e){let t=[];for(let n=this.next();n>0;n--)t.push(e());return t}near(e){return this.times(()=>e+this.next())}tuples(e){return this.times(()=>e.map(t=>t+this.next()))}rows(e){let t=e;return this.times(()=>{t+=this.next();let n=this.next(),s=this.near(t);return[t,n,s,...Array.from({length:on},()=>this.next())]})}step(e){let t=this.next(),n=e+this.next(),s=n+this.next();return{rule:t,at:n,by:s,add:this.rows(s),del:this.near(n),rewired:this.tuples([n,0,s]),outputs:this.tuples([0,s]),bindings:this.tuples([0,n]),provenance:this.times(()=>[s+this.next(),this.near(n)]),us:this.next()/an,verdict:ln[this.next()]}}};var Je=1;var Qe=["ok","worse","wrong"];function et(r){let e=new J(r,""),t=e.field("version").integer();if(t!==Je)throw new f("version",`this viewer reads version ${Je}, not ${t}`);let n=e.field("strings").list(i=>i.text()),s={strings:n,types:e.field("types").list(i=>cn(i,n)),sources:e.field("sources").list(i=>un(i,n)),rules:e.field("rules").list(i=>hn(i,n))},o=Ze(e.field("steps"),Ye).list(i=>fn(i,s));return{name:e.field("name").text(),mode:e.field("mode").text(),device:e.field("device").text(),nodes:Ze(e.field("nodes"),Xe).list(i=>tt(i,s)),inputs:e.field("inputs").list(i=>i.integer()),outputs:e.field("outputs").list(i=>pn(i,n)),passes:mn(e.field("passes"),n,o.length),steps:o,tables:bn(e.field("tables")),kernels:dn(e.field("kernels"),i=>vn(i,n)),view:wn(e.field("view"),o.length)}}function Ze(r,e){return r.isText?r.changed(e(r.text())):r}function dn(r,e){return r.isMissing?[]:r.list(e)}function cn(r,e){let[t,n]=r.row(2);return{dtype:t.entry(e,"strings"),shape:n.list(s=>s.isMissing?null:s.integer())}}function un(r,e){let[t,n,s]=r.row(3);return{label:t.entry(e,"strings"),line:n.integer(),text:s.optional(e,"strings")}}function hn(r,e){let[t,n,s,o,i]=r.row(5);return{name:t.entry(e,"strings"),reason:n.entry(e,"strings"),formula:s.entry(e,"strings"),latex:o.optional(e,"strings"),assumptions:i.list(a=>a.entry(e,"strings"))}}function tt(r,{strings:e,types:t,sources:n}){let[s,o,i,a,d,l,c,h]=r.row(8);return{id:s.integer(),op:o.entry(e,"strings"),inputs:i.list(p=>p.integer()),type:a.optional(t,"types"),source:d.optional(n,"sources"),scope:l.optional(e,"strings"),name:c.optional(e,"strings"),detail:h.optional(e,"strings")}}function pn(r,e){let[t,n]=r.row(2);return{label:t.entry(e,"strings"),id:n.integer()}}function mn(r,e,t){let n=0;return r.list(s=>{let[o,i,a,d,l,c]=s.row(6),h={name:o.entry(e,"strings"),first:i.integer(),count:a.integer(),microseconds:d.number(),nodesBefore:l.integer(),nodesAfter:c.integer()};return h.first!==n&&i.fail(`${n}, where the pass before it ends`),n+=h.count,n>t&&a.fail(`at most ${t-h.first}, the steps that are left`),h})}function fn(r,e){let{strings:t}=e;return{rule:r.field("rule").entry(e.rules,"rules"),at:r.field("at").integer(),by:r.field("by").integer(),added:r.field("add").list(n=>tt(n,e)),deleted:r.field("del").list(n=>n.integer()),rewired:r.field("rewired").list(n=>{let[s,o,i]=n.row(3);return{node:s.integer(),slot:o.integer(),input:i.integer()}}),outputs:r.field("outputs").list(n=>{let[s,o]=n.row(2);return{position:s.integer(),id:o.integer()}}),bindings:r.field("bindings").list(n=>{let[s,o]=n.row(2);return{variable:s.entry(t,"strings"),id:o.integer()}}),provenance:r.field("provenance").list(n=>{let[s,o]=n.row(2);return{id:s.integer(),from:o.list(i=>i.integer())}}),microseconds:r.field("us").number(),verdict:gn(r.field("verdict"))}}function gn(r){if(r.isMissing)return null;let e=r.text();return Qe.find(t=>t===e)??r.fail(`null or one of ${Qe.join(", ")}`)}function bn(r){return r.isMissing?[]:r.names().map(e=>{let t=r.field(e),n=t.field("values"),s=n.names().map(o=>[yn(o,n),n.field(o).number()]);return{name:e,step:t.field("step").integer(),values:new Map(s)}})}function yn(r,e){return/^\d+$/.test(r)?Number(r):e.fail("ids of nodes as names")}function vn(r,e){let[t,n,s]=r.row(3);return{name:t.entry(e,"strings"),nodes:n.list(o=>o.integer()),source:s.optional(e,"strings")}}function wn(r,e){if(r.isMissing)return{step:0,selected:null};let t=r.field("selected");return{step:Math.min(r.field("step").integer(),e),selected:t.isMissing?null:t.integer()}}var ke=2147483647,Z=class{constructor(e){this.trace=e;let t=new Te(e.outputs);e.nodes.forEach((n,s)=>this.add(n,0,`nodes[${s}]`)),this.connect(e.nodes,t,"nodes"),e.inputs.forEach((n,s)=>this.require(n,`inputs[${s}]`)),e.outputs.forEach(({id:n},s)=>this.require(n,`outputs[${s}]`)),e.steps.forEach((n,s)=>this.apply(n,s+1,t))}trace;records=[];place=new Map;born=[];died=[];rewirings=new Map;outputChanges=[];origins=new Map;has(e){return this.place.has(e)}record(e){return this.records[this.place.get(e)]}birth(e){return this.born[this.place.get(e)]}death(e){let t=this.died[this.place.get(e)];return t===ke?null:t}isAlive(e,t){let n=this.place.get(e);return n!==void 0&&this.born[n]<=t&&t<this.died[n]}present(e){let{born:t,died:n}=this;return this.records.filter((s,o)=>t[o]<=e&&e<=n[o]&&t[o]<n[o])}inputsAt(e,t){let n=this.record(e).inputs,s=this.rewirings.get(e);if(!s)return n;let o=n.slice();for(let i of s){if(i.step>t)break;o[i.slot]=i.input}return o}outputsAt(e){let t=this.trace.outputs.slice();for(let n of this.outputChanges){if(n.step>e)break;t[n.position]={label:t[n.position].label,id:n.id}}return t}madeFrom(e){return this.origins.get(e)??[]}add(e,t,n){if(this.place.has(e.id))throw new f(n,`node ${e.id} was there before`);this.place.set(e.id,this.records.length),this.records.push(e),this.born.push(t),this.died.push(ke)}require(e,t){let n=this.place.get(e);if(n===void 0)throw new f(t,`there is no node ${e}`);if(this.died[n]!==ke)throw new f(t,`node ${e} is gone since step ${this.died[n]}`)}connect(e,t,n){e.forEach((s,o)=>{for(let i of s.inputs)this.require(i,`${n}[${o}]`);t.hold(s.inputs)})}apply(e,t,n){let s=`steps[${t-1}]`;e.bindings.forEach(({id:o},i)=>this.require(o,`${s}.bindings[${i}]`)),this.require(e.at,`${s}.at`),e.added.forEach((o,i)=>this.add(o,t,`${s}.add[${i}]`)),this.connect(e.added,n,`${s}.add`),e.rewired.forEach((o,i)=>this.rewire(o,t,n,`${s}.rewired[${i}]`)),e.outputs.forEach((o,i)=>this.redirect(o,t,n,`${s}.outputs[${i}]`)),e.deleted.forEach((o,i)=>this.remove(o,t,n,`${s}.del[${i}]`));for(let o of e.deleted)if(n.count(o))throw new f(`${s}.del`,`node ${o} is removed but still read`);this.require(e.by,`${s}.by`);for(let{id:o,from:i}of e.provenance)this.origins.set(o,i)}rewire(e,t,n,s){this.require(e.node,s),this.require(e.input,s);let o=n.inputsOf(this.record(e.node));if(e.slot>=o.length)throw new f(s,`node ${e.node} has ${o.length} operands and no slot ${e.slot}`);n.move(o,e.slot,e.input);let i=this.rewirings.get(e.node);i?i.push({...e,step:t}):this.rewirings.set(e.node,[{...e,step:t}])}redirect(e,t,n,s){if(this.require(e.id,s),e.position>=n.outputs.length)throw new f(s,`there is no output ${e.position}`);n.move(n.outputs,e.position,e.id),this.outputChanges.push({step:t,...e})}remove(e,t,n,s){this.require(e,s),n.release(n.inputsOf(this.record(e))),this.died[this.place.get(e)]=t}},Te=class{outputs;counts=new Map;changed=new Map;constructor(e){this.outputs=e.map(t=>t.id),this.hold(this.outputs)}inputsOf(e){let t=this.changed.get(e.id);return t||this.changed.set(e.id,t=e.inputs.slice()),t}hold(e){for(let t of e)this.counts.set(t,this.count(t)+1)}release(e){for(let t of e)this.counts.set(t,this.count(t)-1)}move(e,t,n){this.release([e[t]]),this.hold([n]),e[t]=n}count(e){return this.counts.get(e)??0}};var ee=(r,e)=>`${r}/${e}`,te=class{constructor(e){this.trace=e;this.history=new Z(e),this.current=this.frameAt(0)}trace;history;current;get frame(){return this.current}get at(){return this.current.step}get last(){return this.trace.steps.length}get step(){return this.at?this.trace.steps[this.at-1]:null}seek(e){let t=Math.max(0,Math.min(this.last,Math.round(e)));return t!==this.at&&(this.current=this.frameAt(t)),this.current}passOf(e){return this.trace.passes.find(t=>t.first<e&&e<=t.first+t.count)??null}nextPassEnd(){return this.trace.passes.map(t=>t.first+t.count).find(t=>t>this.at)??this.last}previousPassStart(){return this.trace.passes.filter(t=>t.count>0).map(t=>t.first).reverse().find(t=>t<this.at)??0}frameAt(e){let{history:t}=this,n=t.present(e),s=new Map(n.map(l=>[l.id,[]])),o=n.map(l=>{let h=t.death(l.id)===e?"gone":e>0&&t.birth(l.id)===e?"new":"kept";return{record:l,change:h,inputs:t.inputsAt(l.id,e),users:s.get(l.id)}}),i=o.filter(l=>l.change==="gone"),a=o.filter(l=>l.change!=="gone");for(let l of[...a,...i])xn(l,s);let d=new Map(o.map(l=>[l.record.id,l]));return{step:e,nodes:d,outputs:t.outputsAt(e),alive:a.length,...this.rewiringsOf(e,d)}}rewiringsOf(e,t){let n=new Set,s=[],o=e?this.trace.steps[e-1].rewired:[];for(let{node:i,slot:a}of o){let d=t.get(i);if(!d||d.change!=="kept"||n.has(ee(i,a)))continue;let l=this.history.inputsAt(i,e-1)[a];l!==d.inputs[a]&&(n.add(ee(i,a)),t.has(l)&&s.push({from:l,to:i,slot:a}))}return{rewired:n,lost:s}}};function xn(r,e){for(let t of r.inputs){let n=e.get(t);n&&n.at(-1)!==r.record.id&&n.push(r.record.id)}}var Sn={time:"microseconds",us:"microseconds"},kn={us:1,\u00B5s:1,ms:1e3,s:1e6};function nt(r,e){let t=r.split(/\s+/).filter(s=>s!=="");if(!t.length)return null;let n=t.map(s=>Tn(s,e));return s=>n.every(o=>o(s))}function Tn(r,e){return En(r,e)??Pn(r)??Ln(r)??On(r)}function En(r,e){let t=/^([\p{L}_]+)(>=|<=|>|<)([\d.]+(?:e-?\d+)?)([a-z\u00b5]*)$/iu.exec(r);if(!t)return null;let[,n,s,o,i]=t,a=Sn[n.toLowerCase()]??n,d=e.find(h=>h.name.toLowerCase()===a.toLowerCase()),l=Number(o)*(kn[i]??1),c=Mn[s];return h=>{let p=d?.values.get(h.id);return p!==void 0&&c(p,l)}}var Mn={">":(r,e)=>r>e,"<":(r,e)=>r<e,">=":(r,e)=>r>=e,"<=":(r,e)=>r<=e},Rn={op:r=>[r.op],name:r=>[r.name??""],dtype:r=>r.type?[r.type.dtype,V(r.type.dtype)]:[],type:r=>r.type?[I(r.type)]:[],scope:r=>[r.scope??""],detail:r=>[r.detail??""],source:r=>[`${r.source?.label??""} ${r.source?.text??""}`],line:r=>[String(r.source?.line??"")]};function Pn(r){let e=r.indexOf(":"),t=Rn[r.slice(0,Math.max(0,e)).toLowerCase()];if(!t)return null;let n=r.slice(e+1).toLowerCase();return s=>t(s).some(o=>o.toLowerCase().includes(n))}function Ln(r){return/^#\d+$/.test(r)?e=>e.id===Number(r.slice(1)):null}function On(r){let e=r.toLowerCase();return t=>[t.op,t.name,t.detail,t.scope].some(n=>n?.toLowerCase().includes(e))}var An=1100,$n=120,Nn=3e4,ne=class{trace;player;listeners=new Map;selectedId=null;hoveredId=null;pinned=!1;found=new Set;timer=null;shownTable=null;dimming=!0;marking=!0;query="";constructor(e){this.trace=et(e),this.player=new te(this.trace),this.player.seek(this.trace.view.step),this.select(this.trace.view.selected)}on(e,t){let n=this.listeners.get(e)??new Set;return this.listeners.set(e,n.add(t)),()=>n.delete(t)}tell(e){for(let t of this.listeners.get(e)??[])t()}get frame(){return this.player.frame}get showsStep(){return this.marking&&this.player.step!==null}seek(e){let t=this.player.at;this.player.seek(e),this.player.at!==t&&(this.hoveredId!==null&&this.hover(null),this.search(this.query),this.tell("step"),this.selectedId!==null&&!this.frame.nodes.has(this.selectedId)&&this.select(null))}get selected(){return this.selectedId}get hovered(){return this.hoveredId}get isPinned(){return this.pinned}select(e){let t=e!==null&&this.frame.nodes.has(e)?e:null;t!==this.selectedId&&(this.selectedId=t,this.pinned=this.pinned&&t!==null,this.tell("selection"))}hover(e){e!==this.hoveredId&&(this.hoveredId=e,this.tell("hover"))}pin(e){let t=e&&this.selectedId!==null;t!==this.pinned&&(this.pinned=t,this.tell("selection"))}record(e){return this.player.history.record(e)}kernelOf(e){return this.trace.kernels.find(t=>t.nodes.includes(e))??null}get hits(){return this.found}search(e){this.query=e;let t=nt(e,this.trace.tables),n=t?[...this.frame.nodes.values()].map(s=>s.record):[];this.found=new Set(n.filter(s=>t?.(s)).map(s=>s.id)),this.tell("search")}nextHit(e){let t=[...this.found];if(!t.length)return;let n=this.selectedId===null?-1:t.indexOf(this.selectedId),s=n<0?e>0?0:t.length-1:(n+e+t.length)%t.length;this.select(t[s])}get overlay(){return this.shownTable}showTable(e){this.shownTable=this.trace.tables.find(t=>t.name===e)??null,this.mark(this.shownTable===null)}get marks(){return this.marking}mark(e){this.marking=e,this.selectOnlyDrawn(),this.tell("look")}selectOnlyDrawn(){this.selectedId!==null&&this.frame.nodes.get(this.selectedId)?.change==="gone"&&!this.marking&&this.select(null)}get dims(){return this.dimming}dim(e){this.dimming=e,this.tell("look")}get isPlaying(){return this.timer!==null}play(e){if(e!==this.isPlaying){if(this.timer!==null&&clearInterval(this.timer),this.timer=null,e&&this.player.last>0){this.player.at===this.player.last&&this.seek(0);let t=Math.min(An,Math.max($n,Nn/this.player.last));this.timer=setInterval(()=>this.playOn(),t)}this.tell("play")}}playOn(){this.seek(this.player.at+1),this.player.at===this.player.last&&this.play(!1)}dispose(){this.timer!==null&&clearInterval(this.timer),this.timer=null,this.listeners.clear()}};var re=class{constructor(e){this.stage=e;e.listen(this.canvas,"before")}stage;canvas=u("canvas",{class:"sl-second","aria-hidden":"true"});node=u("div",{class:"sl-before",hidden:!0},this.canvas,u("div",{class:"sl-moment"},"before"));get isOpen(){return!this.node.hidden}toggle(e=!this.isOpen){this.node.hidden=!e,this.stage.paintBefore(e?this.canvas:null)}};function st(r,e,t){let n=In(r.length,e),s=Cn(r,e,n),o=Hn(s,t),i=Fn(s,o,t);return _n(r,e,s,i)}function In(r,e){let{inputs:t,users:n,order:s}=ot(r,e);if(s.length<r)throw new Error("the graph has a cycle");let o=new Array(r).fill(0),i=c=>t[c].reduce((h,p)=>Math.max(h,o[p]+1),0),a=c=>n[c].reduce((h,p)=>Math.min(h,o[p]-1),1/0);for(let c of s)o[c]=i(c);for(let c=0;c<2;c++){for(let h of s.toReversed())t[h].length<n[h].length&&(o[h]=a(h));for(let h of s)t[h].length>n[h].length&&(o[h]=i(h))}let d=[...new Set(o)].sort((c,h)=>c-h),l=new Map(d.map((c,h)=>[c,h]));return o.map(c=>l.get(c))}function ot(r,e){let t=Array.from({length:r},()=>[]),n=Array.from({length:r},()=>[]);for(let[i,a]of e)n[i].push(a),t[a].push(i);let s=t.map(i=>i.length),o=[...s.keys()].filter(i=>s[i]===0);for(let i=0;i<o.length;i++)for(let a of n[o[i]])--s[a]===0&&o.push(a);return{inputs:t,users:n,order:o}}function it(r,e){return ot(r,e).order.length===r}function Cn(r,e,t){let n={boxes:r.length,width:r.map(o=>o.width),row:t.slice(),above:r.map(()=>[]),below:r.map(()=>[]),chains:r.map((o,i)=>[i])},s=e.filter(([o,i])=>t[i]-t[o]<=8);for(let[o,i]of s){let a=n.chains[o];for(;a.length<t[i]-t[o];)a.push(Dn(n,a[a.length-1]))}for(let[o,i]of s)at(n,n.chains[o][t[i]-t[o]-1],i);return n}function Dn(r,e){let t=r.width.push(10)-1;return r.row.push(r.row[e]+1),r.above.push([]),r.below.push([]),at(r,e,t),t}function at(r,e,t){r.below[e].push(t),r.above[t].push(e)}function Hn(r,e){let t=e?zn(r,e):Bn(r),n=[];r.row.forEach((l,c)=>(n[l]??=[]).push(c));let s=new Array(t.length).fill(0),o=l=>{l.sort((c,h)=>t[c]-t[h]).forEach((c,h)=>s[c]=h)};n.forEach(o);let i=n.map(l=>l.slice()),a=rt(r,n,s),d=e?2:8;for(let l=0;l<d&&a>0;l++){let c=l%2?r.below:r.above;for(let p of l%2?n.toReversed():n){for(let g of p)t[g]=lt(c[g],s)??s[g];o(p)}let h=rt(r,n,s);h>=a||(a=h,i=n.map(p=>p.slice()))}return i}function lt(r,e){let t=0;for(let n of r)t+=e[n];return r.length?t/r.length:null}function Bn(r){let e=new Array(r.row.length).fill(-1),t=0;for(let n=0;n<r.boxes;n++){if(r.below[n].length)continue;let s=[n];for(;s.length;){let o=s.pop();if(!(e[o]>=0)){e[o]=t++;for(let i of r.above[o].toReversed())s.push(i)}}}return e}function zn(r,e){let t=r.row.map((n,s)=>e[s]??NaN);for(let n=0;n<8;n++)for(let s of[...t.keys()].filter(o=>Number.isNaN(t[o]))){let o=[...r.above[s],...r.below[s]].filter(i=>!Number.isNaN(t[i]));t[s]=lt(o,t)??NaN}return t.map(n=>Number.isNaN(n)?0:n)}function rt(r,e,t){let n=0;for(let s=0;s+1<e.length;s++){let o=new Array(e[s+1].length+1).fill(0);for(let i of e[s].toReversed()){for(let a of r.below[i])for(let d=t[a];d>0;d-=d&-d)n+=o[d];for(let a of r.below[i])for(let d=t[a]+1;d<o.length;d+=d&-d)o[d]++}}return n}function Fn(r,e,t){let n=new Array(r.width.length).fill(0),s=e.map(i=>Ee(i.map(a=>r.width[a])));e.forEach((i,a)=>i.forEach((d,l)=>n[d]=s[a][l]-s[a][i.length-1]/2));let o=(i,a,d)=>{let l=e[i].map(c=>Vn(r,c,n,a,d,t?.[c]??null));Me(l,s[i]).forEach((c,h)=>n[e[i][h]]=c)};for(let i=0;i<6;i++){for(let a=1;a<e.length;a++)o(a,!0,i>1);for(let a=e.length-2;a>=0;a--)o(a,i>1,!0)}return n}function Vn(r,e,t,n,s,o){let i=0,a=0;for(let l of[...n?r.above[e]:[],...s?r.below[e]:[]]){let c=(e<r.boxes?1:0)+(l<r.boxes?1:0),h=[8,2,1][c];i+=t[l]*h,a+=h}let d=a?{x:i/a,weight:a}:{x:t[e],weight:.1};return o===null?d:{x:(d.x+3*o)/4,weight:4*d.weight}}function Ee(r){let e=0;return r.map((t,n)=>{if(n===0)return 0;let s=t===10&&r[n-1]===10;return e+=(t+r[n-1])/2+(s?26/2:26),e})}function Me(r,e){let t=[];return r.forEach(({x:s,weight:o},i)=>{let a={sum:(s-e[i])*o,weight:o,size:1};for(let d=t.at(-1);d&&d.sum/d.weight>a.sum/a.weight;d=t.at(-1))t.pop(),a.sum+=d.sum,a.weight+=d.weight,a.size+=d.size;t.push(a)}),t.flatMap(({sum:s,weight:o,size:i})=>new Array(i).fill(s/o)).map((s,o)=>s+e[o])}function _n(r,e,t,n){let s=n.reduce((l,c,h)=>Math.min(l,c-t.width[h]/2),1/0),o=n.reduce((l,c,h)=>Math.max(l,c+t.width[h]/2),-1/0),i=r.reduce((l,c)=>Math.max(l,c.height),0),a=l=>i/2+t.row[l]*(i+40),d=e.map(([l,c])=>{let h=t.row[c]-t.row[l];return h>8?null:t.chains[l].slice(1,h).map(p=>({x:n[p]-s,y:a(p)}))});return{x:r.map((l,c)=>n[c]-s),y:r.map((l,c)=>a(c)),row:t.row.slice(0,r.length),routes:d,width:r.length?o-s:0,height:r.reduce((l,c,h)=>Math.max(l,a(h)+i/2),0)}}var se=class{constructor(e,t,n){this.frame=e;this.seats=t;this.exchange=n}frame;seats;exchange;rows=new Map;rowsFor(e){for(let t of e){let n=this.partnerRow(t);this.rows.set(t,Math.max(this.lowest(t),n??0))}for(let t of e.toReversed())this.hangUnderUsers(t);return this.sink(),this.rows}placeFor(e){let t=this.counterpart(e),n=t===null?void 0:this.seats.get(t);if(n&&Number.isFinite(n.x))return n.x+1;let{inputs:s,users:o}=this.node(e),i=[...s,...o].map(a=>this.seats.get(a)?.x??NaN).filter(Number.isFinite);return i.length?i.reduce((a,d)=>a+d,0)/i.length:NaN}node(e){return this.frame.nodes.get(e)}counterpart(e){return!this.exchange||this.exchange.at===this.exchange.by?null:e===this.exchange.by?this.exchange.at:e===this.exchange.at?this.exchange.by:null}partnerRow(e){let t=this.counterpart(e);return t===null?null:this.seats.get(t)?.row??null}rowOf(e){return this.rows.get(e)??this.seats.get(e)?.row??-1}lowest(e){let t=0;for(let n of this.node(e).inputs)t=Math.max(t,this.rowOf(n)+1);return t}hangUnderUsers(e){if(this.partnerRow(e)!==null)return;let t=this.node(e).users.map(n=>this.rowOf(n)).filter(n=>n>=0);t.length&&this.rows.set(e,Math.max(this.rowOf(e),Math.min(...t)-1))}sink(){let e=[...this.frame.nodes.keys()].filter(t=>this.lowest(t)>this.rowOf(t));for(let t=0;t<e.length;t++){let n=this.lowest(e[t]);if(!(n<=this.rowOf(e[t]))){this.rows.set(e[t],n);for(let s of this.node(e[t]).users)this.rowOf(s)<=n&&e.push(s)}}}};function dt(r,e){let t=new Set(e),n=[],s=e.toReversed();for(;s.length;){let o=s[s.length-1],i=t.has(o)?r.nodes.get(o).inputs.filter(a=>t.has(a)):[];if(i.length){s.push(...i);continue}s.pop(),t.delete(o)&&n.push(o)}return n}var Gn=.35,ut=2,jn=12,qn=10,ie=class{rows=[];seats=new Map;chains=new Map;formerX=new Map;origin={x:0,y:0};full={width:0,nodes:0};show(e,t=null){let n=this.positions(),s=[...e.nodes.keys()].filter(o=>!this.seats.has(o));return s.length>Gn*e.nodes.size?this.layOut(e):this.adapt(e,s,t),this.isLoose()&&this.layOut(e),this.holdStill(n),this.picture()}tidy(e){let t=this.positions();return this.layOut(e),this.holdStill(t),this.picture()}layOut(e){let t=[...e.nodes.keys()],n=new Map(t.map((l,c)=>[l,c])),s=t.map(l=>v(e.nodes.get(l).record)),o=t.flatMap((l,c)=>e.nodes.get(l).inputs.map(h=>[n.get(h),c])),i=e.lost.map(({from:l,to:c})=>[n.get(l),n.get(c)]);it(t.length,[...o,...i])&&o.push(...i);let a=this.seats.size?t.map(l=>this.seats.get(l)?.x??null):void 0,d=st(s,o,a);this.rows=[],this.chains=new Map,this.seats=new Map(t.map((l,c)=>[l,this.sit(d.row[c],d.x[c],s[c].width,s[c])])),o.forEach(([l],c)=>this.keepRoute(t[l],d.routes[c]??[])),this.rows.forEach(pt);for(let[l,{users:c}]of e.nodes)this.aimBends(l,c,()=>{});this.full={width:d.width,nodes:t.length}}keepRoute(e,t){let n=this.chainOf(e),{row:s}=this.seats.get(e);for(let{x:o}of t.slice(n.length))n.push(this.sit(s+n.length+1,o,10,null))}isLoose(){return Xn(this.rows)>ut*this.full.width+400||this.seats.size*ut<this.full.nodes}adapt(e,t,n){for(let l of[...this.seats.keys()])e.nodes.has(l)||this.dismiss(l);let s=dt(e,t),o=new se(e,this.seats,n),i=new Set;for(let[l,c]of o.rowsFor(s))i.add(this.seatIn(e,l,c));this.placeNewcomers(s,o),this.closeEmptyRows();let a=new Set(s.map(l=>this.seats.get(l)));for(let[l,{users:c}]of e.nodes)this.fitChain(l,c),this.aimBends(l,c,(h,p)=>{h.x=p,a.add(h),i.add(h)});let d=new Set([...i].map(l=>l.row));for(let l of d)Un(this.rows[l],a)}seatIn(e,t,n){let s=this.seats.get(t);if(s)return this.leave(s),s.row=n,this.rowAt(n).push(s),s;let o=v(e.nodes.get(t).record),i=this.sit(n,this.formerX.get(t)??NaN,o.width,o);return this.seats.set(t,i),i}placeNewcomers(e,t){for(let n of[...e,...e.toReversed()]){let s=this.seats.get(n);Number.isNaN(s.x)&&(s.x=t.placeFor(n))}for(let n of e)this.seats.get(n).x||=0}dismiss(e){let t=this.seats.get(e);this.formerX.set(e,t.x);for(let n of[t,...this.chainOf(e)])this.leave(n);this.seats.delete(e),this.chains.delete(e)}sit(e,t,n,s){let o={row:e,x:t,width:n,label:s,goal:t};return this.rowAt(e).push(o),o}rowAt(e){for(;this.rows.length<=e;)this.rows.push([]);return this.rows[e]}leave(e){let t=this.rows[e.row];t.splice(t.indexOf(e),1)}chainOf(e){let t=this.chains.get(e);return t||this.chains.set(e,t=[]),t}fitChain(e,t){let n=this.seats.get(e),s=1;for(let d of t){let l=this.seats.get(d).row-n.row;l>s&&l<=8&&(s=l)}let o=this.chains.get(e)??[];if(o.length===s-1&&(!o.length||o[0].row===n.row+1))return;let i=new Map(o.map(d=>[d.row,d])),a=[];for(let d=n.row+1;d<n.row+s;d++)a.push(i.get(d)??this.sit(d,NaN,10,null)),i.delete(d);for(let d of i.values())this.leave(d);this.chains.set(e,a)}aimBends(e,t,n){let s=this.chains.get(e);if(!s?.length)return;let o=this.seats.get(e),i=t.map(a=>this.seats.get(a)).filter(a=>a.row-o.row<=8);for(let a of s){let d=i.filter(h=>h.row>a.row);if(!d.length)continue;let l=0;for(let h of d)l+=o.x+(h.x-o.x)*(a.row-o.row)/(h.row-o.row);let c=l/d.length;Math.abs(c-a.goal)<qn||(n(a,c),a.goal=c)}}closeEmptyRows(){let e=this.rows.filter(n=>n.some(s=>s.label));if(e.length===this.rows.length)return;let t=new Set(this.rows.filter(n=>!n.some(s=>s.label)).flat());for(let[n,s]of this.chains)s.some(o=>t.has(o))&&this.chains.set(n,s.filter(o=>!t.has(o)));this.rows=e,e.forEach((n,s)=>n.forEach(o=>o.row=s))}y(e){return this.origin.y+e*78}positions(){let e=new Map;for(let[t,n]of this.seats)e.set(t,{x:this.origin.x+n.x,y:this.y(n.row)});return e}holdStill(e){let t=[],n=[];for(let[s,o]of this.seats){let i=e.get(s);i&&(t.push(i.x-this.origin.x-o.x),n.push(i.y-this.y(o.row)))}this.origin={x:this.origin.x+ht(t),y:this.origin.y+ht(n)}}picture(){let e=({row:o,x:i,label:a})=>({...a,x:this.origin.x+i,y:this.y(o)}),t=new Map,n=new Map;for(let[o,i]of this.seats)t.set(o,e(i)),n.set(o,i.row);let s=new Map;for(let[o,i]of this.chains)i.length&&s.set(o,i.map(({row:a,x:d})=>({x:this.origin.x+d,y:this.y(a)})));return{places:t,rows:n,bends:s}}};function pt(r){r.sort((e,t)=>e.x-t.x)}function Un(r,e){pt(r);let t=r.map(n=>({x:n.x,weight:e.has(n)?1:jn}));Me(t,Ee(r.map(n=>n.width))).forEach((n,s)=>r[s].x=n)}function Xn(r){let e=1/0,t=-1/0;for(let n of r.flat())e=Math.min(e,n.x),t=Math.max(t,n.x);return t-e}function ht(r){return r.length?r.sort((e,t)=>e-t)[r.length>>1]:0}var ae=class{view={x:0,y:0,scale:1};size={width:1,height:1};toScreen({x:e,y:t}){return{x:e*this.view.scale+this.view.x,y:t*this.view.scale+this.view.y}}toWorld({x:e,y:t}){return{x:(e-this.view.x)/this.view.scale,y:(t-this.view.y)/this.view.scale}}get window(){let{x:e,y:t}=this.toWorld({x:0,y:0}),{x:n,y:s}=this.toWorld({x:this.size.width,y:this.size.height});return{left:e,top:t,right:n,bottom:s}}pan(e,t){this.view={...this.view,x:this.view.x+e,y:this.view.y+t}}zoom(e,t=this.middle){let n=Math.min(6,Math.max(.01,this.view.scale*e)),s=n/this.view.scale,{x:o,y:i}=this.view;this.view={scale:n,x:t.x-(t.x-o)*s,y:t.y-(t.y-i)*s}}get middle(){return{x:this.size.width/2,y:this.size.height/2}}fitting(e,t=1.2,n=28){let{width:s,height:o}=this.size,i=(s-2*n)/Math.max(1,e.right-e.left),a=(o-2*n)/Math.max(1,e.bottom-e.top),d=Math.max(.01,Math.min(t,i,a));return this.centred(e,d)}centred({left:e,top:t,right:n,bottom:s},o){let{x:i,y:a}=this.middle;return{scale:o,x:i-o*(e+n)/2,y:a-o*(t+s)/2}}revealing(e,t,n=24){let{left:s,top:o,right:i,bottom:a}=mt(e,t),d=t.x+ft(s,i,this.size.width,n);return{...t,x:d,y:t.y+ft(o,a,this.size.height,n)}}holds(e,t){let{left:n,top:s,right:o,bottom:i}=mt(e,t);return n>=0&&s>=0&&o<=this.size.width&&i<=this.size.height}};function mt({left:r,top:e,right:t,bottom:n},{x:s,y:o,scale:i}){return{left:r*i+s,top:e*i+o,right:t*i+s,bottom:n*i+o}}function ft(r,e,t,n){return e-r>t-2*n?r>n||e<t-n?t/2-(r+e)/2:0:r<n?n-r:e>t-n?t-n-e:0}function w(r){let[e,t,n,s]=[1/0,1/0,-1/0,-1/0];for(let{x:o,y:i,width:a,height:d}of r)e=Math.min(e,o-a/2),n=Math.max(n,o+a/2),t=Math.min(t,i-d/2),s=Math.max(s,i+d/2);return e>n?null:{left:e,top:t,right:n,bottom:s}}var P=148,D=104,gt=6,L=2,le=class{node=u("canvas",{class:"sl-minimap","aria-hidden":"true",hidden:!0});context;land=document.createElement("canvas");drawn=null;bounds=null;scale=1;offset={x:0,y:0};constructor(e){this.context=this.node.getContext("2d");for(let n of[this.node,this.land])[n.width,n.height]=[P*L,D*L];let t=n=>{n.buttons&&e({x:(n.offsetX-this.offset.x)/this.scale,y:(n.offsetY-this.offset.y)/this.scale})};this.node.addEventListener("pointerdown",n=>{this.node.setPointerCapture(n.pointerId),t(n)}),this.node.addEventListener("pointermove",t)}paint(e){let{picture:t}=e.motion,{theme:n,session:s,camera:o}=e,{marks:i}=s,a=this.drawn?.picture!==t||this.drawn.theme!==n||this.drawn.marks!==i;a&&(this.bounds=w(t.places.values()));let d=!this.bounds||o.holds(this.bounds,o.view);if(this.node.hidden=d,d){this.drawn=null;return}a&&this.paintLand(e,this.bounds),this.drawn={picture:t,theme:n,marks:i},this.paintWindow(o.window,n)}paintLand(e,{left:t,top:n,right:s,bottom:o}){let[i,a]=[s-t,o-n];this.scale=Math.min((P-2*gt)/i,(D-2*gt)/a);let d=(A,k,$)=>A/2-this.scale*(k+$/2);this.offset={x:d(P,t,i),y:d(D,n,a)};let l=this.land.getContext("2d");l.setTransform(L,0,0,L,0,0),l.fillStyle=e.theme.background,l.fillRect(0,0,P,D);let{outline:c,added:h,removed:p}=e.theme,g=[],H=new Uint8Array((P+1)*(D+1));l.fillStyle=c;for(let[A,k]of e.motion.picture.places){let $=e.changeOf(e.session.frame.nodes.get(A));$==="kept"?this.speck(l,k,1,H):$&&g.push([$==="new"?h:p,k])}for(let[A,k]of g)l.fillStyle=A,this.speck(l,k,3)}speck(e,t,n,s){let o=this.offset.x+t.x*this.scale,i=this.offset.y+t.y*this.scale,a=Math.round(i)*(P+1)+Math.round(o);if(s?.[a])return;s&&(s[a]=1);let d=Math.max(n,t.width*this.scale),l=Math.max(n,t.height*this.scale);e.fillRect(o-d/2,i-l/2,d,l)}paintWindow({left:e,top:t,right:n,bottom:s},o){let{context:i,scale:a,offset:d}=this;i.setTransform(1,0,0,1,0,0),i.drawImage(this.land,0,0),i.setTransform(L,0,0,L,0,0),i.strokeStyle=o.accent,i.lineWidth=1.5,i.strokeRect(d.x+e*a,d.y+t*a,(n-e)*a,(s-t)*a)}};var bt={places:new Map,rows:new Map,bends:new Map},de=class{progress=1;from=bt;to=bt;get picture(){return this.to}head(e){this.from=this.progress===1?this.to:this.freeze(),this.to=e,this.progress=0}place(e){let t=this.to.places.get(e),n=this.progress<1&&t?this.from.places.get(e):void 0;return!t||!n||n.x===t.x&&n.y===t.y?t:{...t,...yt(n,t,this.progress)}}bends(e){let t=this.to.bends.get(e)??[],n=this.progress<1?this.from.bends.get(e):void 0;return n?.length!==t.length?t:t.map((s,o)=>yt(n[o],s,this.progress))}span(e,t){return(this.to.rows.get(t)??0)-(this.to.rows.get(e)??0)}freeze(){let e=new Map([...this.to.places.keys()].map(n=>[n,this.place(n)])),t=new Map([...this.to.bends.keys()].map(n=>[n,this.bends(n)]));return{places:e,bends:t,rows:this.to.rows}}};function yt(r,e,t){return{x:r.x+(e.x-r.x)*t,y:r.y+(e.y-r.y)*t}}var wt=.2,Yn=.6,O=13;function xt(r,e,t){let{edges:n,styles:s}=e,{marks:o}=e.session;for(let l of s)vt(r,e,t,n[l],o?l:"kept");let{selected:i,hovered:a}=e.session;if(i===null&&a===null)return;let d=({from:l,to:c})=>l===i||c===i||l===a||c===a;for(let l of s)vt(r,e,t,n[l].filter(d),"near",l)}function vt(r,e,t,n,s,o=s){if(!n.length)return;let{colour:i,width:a,alpha:d,dash:l}=Jn(e,s,o);r.strokeStyle=i,r.lineWidth=a/Math.min(1,Math.max(e.camera.view.scale,.25)),r.globalAlpha=d,r.setLineDash([...l]),r.beginPath();for(let c of n)Qn(r,e,t,c,s==="near");r.stroke(),r.setLineDash([]),e.camera.view.scale>=Yn&&s!=="near"&&rr(r,e,t,n,i),r.globalAlpha=1}function Jn({theme:r,dims:e},t,n){switch(t){case"kept":return{colour:r.edge,width:1.1,alpha:e?r.faint:.9,dash:[]};case"new":return{colour:r.added,width:1.6,alpha:1,dash:[]};case"gone":return{colour:r.removed,width:1.3,alpha:.9,dash:[5,4]};case"rewired":return{colour:r.rewired,width:2.4,alpha:1,dash:[]};case"near":return{colour:r.accent,width:1.8,alpha:1,dash:n==="gone"?[5,4]:[]}}}function St(r,e,t){let n=r.width-16;return{x:r.x-n/2+n*(e+1)/(t+1),y:r.y-r.height/2}}function Qn(r,e,t,n,s){let o=e.motion.place(n.from),i=e.motion.place(n.to);if(!o||!i||Re(o,i,t))return;let a=e.session.frame.nodes.get(n.to).inputs.length,d=St(i,n.slot,a),l={x:o.x,y:o.y+o.height/2};n.jumps&&!s?nr(r,l,d,e.camera.view.scale):e.camera.view.scale<wt?er(r,l,d):tr(r,l,n.jumps?[]:Zn(e,n),d)}function Zn({motion:r},{from:e,to:t}){return r.bends(e).slice(0,r.span(e,t)-1)}function Re(r,e,t){return Math.max(r.y,e.y)<t.top||Math.min(r.y,e.y)>t.bottom||Math.max(r.x,e.x)+200<t.left||Math.min(r.x,e.x)-200>t.right}function er(r,e,t){r.moveTo(e.x,e.y),r.lineTo(t.x,t.y)}function tr(r,e,t,n){r.moveTo(e.x,e.y);let s=e;for(let o of[...t,n]){let i=Math.max(14,(o.y-s.y)/2);s.x===o.x?r.lineTo(o.x,o.y):r.bezierCurveTo(s.x,s.y+i,o.x,o.y-i,o.x,o.y),s=o}}function nr(r,e,t,n){n<wt||(r.moveTo(e.x,e.y),r.lineTo(e.x,e.y+O),r.moveTo(t.x,t.y),r.lineTo(t.x,t.y-O+3),r.moveTo(t.x+3,t.y-O),r.arc(t.x,t.y-O,3,0,2*Math.PI))}function rr(r,e,t,n,s){let o=new Map,{motion:i,session:a}=e;r.fillStyle=s,r.font=`9.5px ${e.theme.mono}`;for(let d of n){if(!d.jumps)continue;o.set(d.from,[...o.get(d.from)??[],d.to]);let l=i.place(d.to),c=i.place(d.from),h=a.frame.nodes.get(d.to).inputs.length;if(!l||!c||h>3||Re(l,l,t))continue;let p=St(l,d.slot,h);r.textAlign=d.slot+1>h/2?"left":"right";let g=r.textAlign==="left"?6:-6;r.fillText(N(c.title,12),p.x+g,p.y-O)}r.textAlign="left";for(let[d,l]of o){let c=i.place(d);if(Re(c,c,t))continue;let h=i.place(l[0]),p=l.length===1&&h?`to ${N(h.title,12)}`:`to ${l.length} nodes`;r.fillText(p,c.x+5,c.y+c.height/2+O-2)}}var sr=.16,or=.34,kt=.5,ir=.3,Tt=.66;function Ae(r,e,t){let{camera:n,theme:s}=e,{scale:o,x:i,y:a}=n.view;r.setTransform(t,0,0,t,0,0),r.fillStyle=s.background,r.fillRect(0,0,n.size.width,n.size.height),r.setTransform(t*o,0,0,t*o,t*i,t*a),r.textBaseline="middle";let d=n.window;xt(r,e,d);let l=ar(e,d);if(o<sr)lr(r,e,l);else for(let c of l)ur(r,e,c);o<ir&&cr(r,e,l)}function ar(r,e){let t=[];for(let[n,s]of r.session.frame.nodes){let o=r.motion.place(n),i=r.changeOf(s);if(!o||!i)continue;let{x:a,y:d,width:l,height:c}=o;a+l>e.left&&a-l<e.right&&d+c>e.top&&d-c<e.bottom&&t.push({id:n,record:s.record,change:i,place:o})}return t}function lr(r,e,t){let n=new Map;for(let s of t){let o=dr(e,s),i=n.get(o);i?i.push(s):n.set(o,[s])}for(let[s,o]of n){r.fillStyle=s,r.beginPath();for(let{place:i}of o)r.rect(i.x-i.width/2,i.y-i.height/2,i.width,i.height);r.fill()}}function dr({session:r,theme:e,shades:t},{id:n,record:s,change:o}){return n===r.selected?e.accent:o==="new"?e.added:o==="gone"?e.removed:t?.get(n)?.fill??(_(s)?e.kernel:e.outline)}function cr(r,e,t){let{scale:n}=e.camera.view,{session:s,theme:o}=e;for(let{id:i,change:a,place:d}of t){let l=a==="new"?o.added:a==="gone"?o.removed:null,c=i===s.selected?o.accent:l??(s.hits.has(i)?o.hit:null);c&&(r.strokeStyle=c,r.lineWidth=1.5/n,r.setLineDash(a==="gone"?[4/n,3/n]:[]),r.beginPath(),r.arc(d.x,d.y,(i===s.selected?11:8)/n,0,2*Math.PI),r.stroke())}r.setLineDash([])}function ur(r,e,t){let{id:n,change:s}=t,o=e.dims&&!e.standsOut(n),i=o?e.theme.faint:1;r.globalAlpha=s==="new"?i*(.25+.75*e.motion.progress):i,hr(r,e,t),o&&(r.globalAlpha=Math.max(e.theme.faint,Tt)),e.camera.view.scale>=or&&fr(r,e,t,o),r.globalAlpha=i,br(r,e,t),r.globalAlpha=1}function Oe(r,{op:e},t,n=0){let s=t.width+2*n,o=t.height+2*n,i=e==="constant"?1:e==="input"||e==="shared"?o/2:8+n;r.beginPath(),r.roundRect(t.x-s/2,t.y-o/2,s,o,i)}function hr(r,e,{id:t,record:n,change:s,place:o}){let{theme:i,session:a}=e,d=e.shades?.get(t);Oe(r,n,o),r.fillStyle=s==="gone"?i.background:d?.fill??pr(i,n,s),r.fill();let l=s==="new"?i.added:s==="gone"?i.removed:i.outline;r.strokeStyle=t===a.hovered?i.accent:l,r.lineWidth=s==="new"?2.2:s==="gone"?1.6:1.2,r.setLineDash(s==="gone"?[5,4]:[]),r.stroke(),r.setLineDash([]),n.op==="shared"&&(r.lineWidth=1,Oe(r,n,o,-3),r.stroke()),_(n)&&mr(r,o)}function pr(r,e,t){return t==="new"?r.addedFill:_(e)?r.kernel:e.op==="input"||e.op==="shared"?r.leaf:r.node}function mr(r,{x:e,y:t,width:n,height:s}){r.beginPath();for(let o of[-1,1])r.moveTo(e+o*(n/2-6),t-s/2),r.lineTo(e+o*(n/2-6),t+s/2);r.stroke()}function fr(r,e,{id:t,change:n,place:s},o){let{theme:i,camera:a}=e,d=n==="gone"?void 0:e.shades?.get(t),l=a.view.scale>=kt&&s.subtitle!=="",c=s.width-12;r.textAlign="center",r.fillStyle=n==="gone"?i.removed:d?.text??i.text,r.font=`600 12px ${i.mono}`;let h=l?s.y-7:s.y;r.fillText(s.title,s.x,h,c),n==="gone"&&gr(r,s,h,c),l&&(r.fillStyle=n==="gone"?i.removed:d?.text??(o?i.text:i.muted),r.font=`10px ${i.mono}`,r.fillText(s.subtitle,s.x,s.y+9,c))}function gr(r,e,t,n){let s=Math.min(n,r.measureText(e.title).width)/2+2;r.lineWidth=1.2,r.beginPath(),r.moveTo(e.x-s,t),r.lineTo(e.x+s,t),r.stroke()}function br(r,e,t){let{id:n,change:s,place:o}=t,{theme:i,session:a}=e;a.hits.has(n)&&Pe(r,t,i.hit,4,[2,2]),n===a.selected&&Pe(r,t,i.accent,3,[]);let d=o.x-o.width/2,l=o.y-o.height/2;if(s!=="kept"){let p=s==="new"?i.added:i.removed;Le(r,e,s==="new"?"+":"\u2212",o.x+o.width/2,l,p)}if((a.marks?e.bound.get(n):void 0)?.forEach(({variable:p,colour:g},H)=>{H===0&&Pe(r,t,i.bindings[g],3,[]),Le(r,e,p,d+22*H,l,i.bindings[g])}),e.camera.view.scale<kt)return;yr(r,e,t);let h=a.overlay?.values.get(n);h!==void 0&&Le(r,e,fe(a.overlay,h),o.x+o.width/2-10,o.y+o.height/2,i.text)}function Pe(r,{record:e,place:t},n,s,o){Oe(r,e,t,s),r.strokeStyle=n,r.lineWidth=2,r.setLineDash(o),r.stroke(),r.setLineDash([])}function Le(r,{theme:e},t,n,s,o){r.font=`700 10px ${e.mono}`;let i=Math.max(15,6.1*[...t].length+8);r.beginPath(),r.roundRect(n-i/2,s-7.5,i,15,7.5),r.fillStyle=o,r.fill(),r.fillStyle=e.background,r.textAlign="center",r.fillText(t,n,s+.5)}function yr(r,e,{id:t,place:n}){let s=e.results.get(t);if(!s)return;let o=n.y+n.height/2;r.fillStyle=e.theme.text,r.fillRect(n.x-n.width/2+8,o-1.5,n.width-16,3),r.font=`10px ${e.theme.mono}`,r.globalAlpha=Math.max(r.globalAlpha,Tt),r.textAlign="center",s.forEach((i,a)=>r.fillText(i,n.x,o+11+12*a))}function Et(r,e){let t=null,n=0;r.addEventListener("pointerdown",s=>{t=ce(s),n=0,r.setPointerCapture(s.pointerId)}),r.addEventListener("pointermove",s=>{let o=ce(s);if(!t)return e.hover(o);let[i,a]=[o.x-t.x,o.y-t.y];n+=Math.hypot(i,a),n>4&&e.drag(i,a),t=o}),r.addEventListener("pointerup",s=>{t&&n<=4&&e.click(ce(s)),t=null}),r.addEventListener("pointercancel",()=>t=null),r.addEventListener("pointerleave",()=>e.hover(null)),r.addEventListener("wheel",s=>vr(s,e),{passive:!1})}function vr(r,e){let t=r.ctrlKey||r.metaKey;if(!t&&!e.ownsWheel())return;r.preventDefault();let n=r.deltaMode===WheelEvent.DOM_DELTA_LINE?16:1,s=Math.max(-120,Math.min(120,r.deltaY*n));e.zoom(Math.exp(-s*(t?.008:.002)),ce(r))}function ce(r){return{x:r.offsetX,y:r.offsetY}}var wr={both:["kept","gone","new","rewired"],before:["kept","gone"],after:["kept","new","rewired"]},ue=class{constructor(e,t,n,s){this.session=e;this.motion=t;this.camera=n;this.theme=s}session;motion;camera;theme;touched=new Set;bound=new Map;results=new Map;edges={kept:[],new:[],gone:[],rewired:[]};side="both";shadesFor=null;prepare(){this.bound.clear(),this.touched.clear(),this.results.clear();let{frame:e,player:t}=this.session;for(let{label:o,id:i}of e.outputs)this.results.set(i,[...this.results.get(i)??[],o]);this.sortEdges();let{step:n}=t;if(!n)return;let s=[...new Set(n.bindings.map(o=>o.variable))];for(let{variable:o,id:i}of n.bindings){if(!e.nodes.has(i))continue;let a=s.indexOf(o)%this.theme.bindings.length;this.bound.set(i,[...this.bound.get(i)??[],{variable:o,colour:a}]),this.touched.add(i)}for(let[o,i]of e.nodes)i.change!=="kept"&&this.touched.add(o);for(let{node:o}of n.rewired)this.touched.add(o);this.touched.add(n.by)}sortEdges(){let{frame:e}=this.session;this.edges={kept:[],new:[],gone:[],rewired:[]};for(let[t,n]of e.nodes)n.inputs.forEach((s,o)=>{let i=n.change==="kept"&&e.rewired.has(ee(t,o))?"rewired":n.change;this.edges[i].push(this.edge(s,t,o))});for(let{from:t,to:n,slot:s}of e.lost)this.edges.gone.push(this.edge(t,n,s))}edge(e,t,n){let s=this.motion.span(e,t);return{from:e,to:t,slot:n,jumps:s<1||s>8}}changeOf({change:e}){let{shown:t}=this;return e==="gone"&&t==="after"||e==="new"&&t==="before"?null:this.session.marks?e:"kept"}get shown(){return this.side==="both"&&!this.session.marks?"after":this.side}get styles(){return wr[this.shown]}get dims(){return this.session.dims&&this.session.showsStep}standsOut(e){let{selected:t,hovered:n}=this.session;return this.touched.has(e)||e===t||e===n}get shades(){let e=this.session.overlay;return e?(this.shadesFor?.table!==e&&(this.shadesFor={table:e,shades:Ke(e)}),this.shadesFor.shades):null}};var xr=280,Sr=560,S=.6,kr=.12,Tr=84,he=class{constructor(e,t,n){this.session=e;this.root=t;this.options=n;this.canvas=u("canvas",{class:"sl-canvas",tabindex:0,role:"application","aria-roledescription":"graph"}),this.node=u("div",{class:"sl-stage"},this.canvas,this.minimap.node),this.context=this.canvas.getContext("2d",{alpha:!1}),this.scene=new ue(e,this.motion,this.camera,G(t)),this.lastStep=e.player.at,this.arrange(),this.listen(this.canvas,"after");for(let o of["selection","hover","search","look"])this.endings.push(e.on(o,()=>this.repaint()));this.endings.push(e.on("step",()=>this.follow())),this.endings.push(We(()=>this.restyle()));let s=new ResizeObserver(()=>this.resize());s.observe(this.node),this.endings.push(()=>s.disconnect())}session;root;options;node;canvas;camera=new ae;arrangement=new ie;motion=new de;minimap=new le(e=>this.centre(e));scene;context;endings=[];moved=new Set;way=null;request=0;before=null;framing="first";lastStep;listen(e,t){let{session:n}=this,s=o=>this.onSide(t,()=>this.nodeAt(o));Et(e,{drag:(o,i)=>this.drag(o,i),click:o=>n.select(s(o)),hover:o=>n.hover(o&&s(o)),zoom:(o,i)=>this.zoom(o,i),ownsWheel:()=>this.ownsWheel})}paintBefore(e){this.before=e?.getContext("2d",{alpha:!1})??null,this.scene.side=e?"after":"both",this.resize(),this.travel(this.revealed(this.camera.view))}onSide(e,t){let n=this.scene.side;this.before&&(this.scene.side=e);let s=t();return this.scene.side=n,s}onPaint(e){this.moved.add(e)}dispose(){cancelAnimationFrame(this.request);for(let e of this.endings)e()}arrange(){let e=performance.now(),{step:t}=this.session.player;this.motion.head(this.arrangement.show(this.session.frame,t)),this.motion.progress=1,this.scene.prepare(),this.root.dataset.layoutMs=(performance.now()-e).toFixed(1)}follow(){this.arrive();let e=this.motion.picture.places,t=this.showsAll,{at:n}=this.session.player,s=Math.abs(n-this.lastStep)===1;this.lastStep=n,this.arrange(),this.travel(s||this.framing!=="first"?this.nextView(e,t):this.firstView()),this.motion.progress=this.way?0:1,this.repaint()}get showsAll(){let e=w(this.motion.picture.places.values());return e!==null&&this.framing!=="part"&&this.camera.holds(e,this.camera.view)}nextView(e,t){let{step:n}=this.session.player;if(this.framing==="first"&&this.camera.view.scale<S&&n)return this.nearView(n);let o=this.motion.picture.places,i=n?[n.at,n.by].find(g=>e.has(g)&&o.has(g)):void 0,a=i===void 0?this.camera.view:this.heldView(e.get(i),o.get(i)),d=this.wholeView();if(!t)return this.framing==="first"&&d.scale>=S?d:this.revealed(a);let{width:l,height:c}=this.camera.size,h=Math.abs(d.x-a.x)>l/5||Math.abs(d.y-a.y)>c/5,p=d.scale>1.5*a.scale;return h||p||!this.camera.holds(w(o.values()),a)?d:a}nearView({at:e,by:t}){this.framing="part";let n=this.viewOf([...this.scene.touched],1);return n&&n.scale>=S?n:this.viewOf([e,t],.9)??this.camera.view}heldView(e,t){let{x:n,y:s,scale:o}=this.camera.view;return{scale:o,x:n+(e.x-t.x)*o,y:s+(e.y-t.y)*o}}revealed(e){let{step:t}=this.session.player,n=t?[t.at,t.by].map(o=>this.motion.picture.places.get(o)):[],s=w(n.filter(o=>o!==void 0));return s?this.camera.revealing(s,e,this.room):e}get room(){let{width:e,height:t}=this.camera.size;return Math.min(Tr,e/5,t/5)}travel(e){Er()||document.hidden?(this.camera.view=e,this.way=null):this.way={from:this.camera.view,to:e,start:performance.now()},this.root.dataset.moving=String(this.way!==null),this.repaint()}arrive(){this.way&&(this.camera.view=this.way.to),this.way=null,this.motion.progress=1,this.root.dataset.moving="false"}wholeView(){let e=w(this.motion.picture.places.values());return e?this.camera.fitting(e):this.camera.view}firstView(){let e=this.wholeView(),t=w(this.motion.picture.places.values());return!t||e.scale>=S||e.scale<kr?e:this.revealed({...this.camera.centred(t,S),y:24-t.top*S})}fit(){this.arrive(),this.framing="whole",this.travel(this.wholeView())}focusStep(){let{selected:e,player:t}=this.session,n=t.step?this.scene.touched:e===null?[]:[e];this.show([...n],1)}reveal(e){this.arrive();let t=this.motion.picture.places.get(e);t&&(this.camera.view.scale<S?this.show([e],.9):this.travel(this.camera.revealing(w([t]),this.camera.view,this.room)))}show(e,t){this.arrive();let n=this.viewOf(e,t);n&&(this.framing="part",this.travel(n))}viewOf(e,t){let n=e.map(o=>this.motion.picture.places.get(o)).filter(o=>o!==void 0),s=w(n);return s&&this.camera.fitting(s,t,60)}zoom(e,t){this.arrive(),this.framing="part",this.camera.zoom(e,t),this.repaint()}actualSize(){this.zoom(1/this.camera.view.scale)}tidy(){this.arrive(),this.motion.head(this.arrangement.tidy(this.session.frame)),this.scene.prepare(),this.travel(this.wholeView()),this.motion.progress=this.way?0:1}locate(e){let t=this.motion.place(e);if(!t)return null;let{scale:n}=this.camera.view;return{...t,...this.camera.toScreen(t),width:t.width*n,height:t.height*n}}nodeAt(e){let{x:t,y:n}=this.camera.toWorld(e),s=3/this.camera.view.scale;for(let[o,i]of this.motion.picture.places){if(!this.isDrawn(o))continue;if(Math.abs(t-i.x)<=i.width/2+s&&Math.abs(n-i.y)<=i.height/2+s)return o}return null}neighbour(e,t){let n=this.session.frame.nodes.get(e),s=this.motion.picture.places.get(e);if(!n||!s)return null;let o=l=>t==="left"?l.x<s.x:l.x>s.x,i=[...this.motion.picture.places].filter(([l,c])=>l!==e&&c.y===s.y),a=t==="up"?n.inputs:t==="down"?n.users:i.filter(([,l])=>o(l)).map(([l])=>l),d=l=>Math.abs(this.motion.picture.places.get(l).x-s.x);return a.filter(l=>this.isDrawn(l)).sort((l,c)=>d(l)-d(c))[0]??null}isDrawn(e){return this.scene.changeOf(this.session.frame.nodes.get(e))!==null}drag(e,t){this.arrive(),this.framing="part",this.camera.pan(e,t),this.repaint()}centre(e){let{x:t,y:n}=this.camera.toScreen(e);this.drag(this.camera.middle.x-t,this.camera.middle.y-n)}get ownsWheel(){return this.options.wheel||this.root.contains(K(this.root))}restyle(){this.scene.theme=G(this.root),this.repaint()}resize(){let{width:e,height:t}=this.node.getBoundingClientRect();if(!e||!t)return;this.arrive(),this.scene.theme=G(this.root),this.root.classList.toggle("sl-narrow",this.root.clientWidth<Sr);let n=devicePixelRatio||1;for(let i of[this.canvas,this.before?.canvas])i&&(i.width=Math.round(e*n),i.height=Math.round(t*n));let{width:s,height:o}=this.camera.size;this.camera.size={width:e,height:t},this.framing!=="part"?this.camera.view=this.framing==="first"?this.firstView():this.wholeView():this.camera.pan((e-s)/2,(t-o)/2),this.paint()}repaint(){this.request||(this.request=requestAnimationFrame(()=>this.paint()))}paint(){cancelAnimationFrame(this.request),this.request=0;let e=performance.now();this.advance(e);let t=this.canvas.width/this.camera.size.width,{before:n}=this;Ae(this.context,this.scene,t),n&&this.onSide("before",()=>Ae(n,this.scene,t)),this.minimap.paint(this.scene),this.root.dataset.paintMs=(performance.now()-e).toFixed(2),this.root.dataset.moving=String(this.way!==null);for(let s of this.moved)s();this.way&&this.repaint()}advance(e){if(!this.way)return;let t=Math.min(1,Math.max(0,(e-this.way.start)/xr)),n=t*t*(3-2*t),{from:s,to:o}=this.way;this.motion.progress=n;let i=(a,d)=>a+(d-a)*n;this.camera.view={x:i(s.x,o.x),y:i(s.y,o.y),scale:i(s.scale,o.scale)},t===1&&this.arrive()}};function Er(){return matchMedia("(prefers-reduced-motion: reduce)").matches}var Mt=`/* Colours: from the host where it has some (JupyterLab, VS Code), else for a light or a dark page. */
.sl-view,
.sl-error,
.sl-side {
  --sl-page: #ffffff;
  --sl-ink: #1f2328;
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

@media (forced-colors: active) {
  .sl-view,
  .sl-error,
  .sl-side {
    --sl-page: Canvas;
    --sl-ink: CanvasText;
  }
}
`;var Rt=`/* What stands in or over the stage: panel, card, outline, help. */
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
`;var Pt=`/* The frame: bars, passes, stage, timeline. */
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
  min-width: 1.6em;
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
.sl-before {
  flex: 1 1 0;
  display: flex;
  position: relative;
  min-width: 0;
  border-right: 1px solid var(--sl-border);
}
.sl-moment {
  position: absolute;
  left: 8px;
  top: 6px;
  padding: 1px 7px;
  border-radius: 4px;
  background: var(--sl-surface);
  color: var(--sl-muted);
  font-size: 11.5px;
  pointer-events: none;
}
.sl-canvas,
.sl-second {
  position: absolute;
  inset: 0;
  width: 100%;
  height: 100%;
  display: block;
  cursor: grab;
  touch-action: none;
}
.sl-canvas:active,
.sl-second:active {
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
  .sl-view .sl-pass[aria-current] {
    color: CanvasText;
  }
  .sl-track * {
    forced-color-adjust: none;
  }
}

.sl-minimap {
  position: absolute;
  right: 8px;
  bottom: 8px;
  width: 148px;
  height: 104px;
  border: 1px solid var(--sl-border);
  border-radius: 5px;
  cursor: crosshair;
  touch-action: none;
}
.sl-narrow .sl-minimap,
.sl-view .sl-minimap[hidden] {
  display: none;
}
`;var Lt="data-symlab-style";function $e(r){let e=r.getRootNode(),t=e instanceof ShadowRoot?e:document.head;if(t.querySelector(`style[${Lt}]`))return;let n=document.createElement("style");n.setAttribute(Lt,""),n.textContent=Mt+Pt+Rt,t.append(n)}var pe=class{constructor(e){this.session=e;e.on("step",()=>this.update()),this.update()}session;node=u("nav",{class:"sl-bar sl-passes","aria-label":"Passes"});showsAll=!1;update(){let{trace:e,player:t}=this.session,n=t.passOf(t.at),s=e.passes.filter(a=>a.count===0).length,o=e.passes.filter(a=>this.showsAll||a.count>0),i=u("button",{type:"button",class:"sl-pass","aria-current":t.at===0&&"step",click:()=>this.session.seek(0)},"as written");y(this.node,i,...o.map(a=>this.chip(a,a===n)),s?this.moreButton(s):null),this.node.querySelector("[aria-current]")?.scrollIntoView({block:"nearest",inline:"nearest"})}chip(e,t){let n=`${e.count} \xB7 ${T(e.microseconds)}`,s=`${b(e.count,"rewrite")} in ${T(e.microseconds)}, ${e.nodesBefore} \u2192 ${b(e.nodesAfter,"node")}. Click: after the pass; again: before it.`;return u("button",{type:"button",class:"sl-pass",title:s,"aria-current":t&&"step",click:()=>this.jump(e)},e.name,u("small",{},n))}jump({first:e,count:t}){let n=e+t;this.session.seek(this.session.player.at===n?e:n)}moreButton(e){let t=this.showsAll?"hide those without effect":`${e} without effect hidden`,n=()=>{this.showsAll=!this.showsAll,this.update()};return u("button",{type:"button",class:"sl-more","aria-expanded":String(this.showsAll),click:n},t)}},me=class{constructor(e){this.session=e;let{player:t}=e;this.slider=u("input",{type:"range",min:0,max:t.last,step:1,"aria-label":"Rewrite"}),this.slider.addEventListener("input",()=>e.seek(this.slider.valueAsNumber)),this.playButton=x("play","Play (Space)",()=>e.play(!e.isPlaying)),this.node=u("div",{class:"sl-bar sl-timeline",role:"toolbar","aria-label":"Rewrites"},x("first","To the start of the pass (K)",()=>e.seek(t.previousPassStart())),x("previous","Previous rewrite (k)",()=>e.seek(t.at-1)),this.playButton,x("next","Next rewrite (j)",()=>e.seek(t.at+1)),x("last","To the end of the pass (J)",()=>e.seek(t.nextPassEnd())),u("div",{class:"sl-track"},this.boundaries(),this.slider),this.position),e.on("step",()=>this.update()),e.on("play",()=>this.update()),this.update()}session;node;slider;position=u("output",{class:"sl-position"});playButton;boundaries(){let{trace:e,player:t}=this.session,n=e.passes.filter(s=>s.count>0).map(({name:s,first:o,count:i})=>{let a=`left: ${100*o/t.last}%; width: ${100*i/t.last}%`;return u("span",{class:"sl-stretch",style:a,"data-pass":s})});return u("div",{class:"sl-stretches","aria-hidden":"true"},...n)}update(){let{player:e,isPlaying:t}=this.session;this.slider.value=String(e.at);let n=e.step?`${e.step.rule.name}, ${e.passOf(e.at)?.name??""}`:"as written";this.slider.setAttribute("aria-valuetext",`${e.at} of ${e.last}: ${n}`),y(this.position,`${e.at} / ${e.last}`),this.playButton.replaceChildren(C(t?"pause":"play")),this.playButton.setAttribute("aria-pressed",String(t))}};var Lr=420,Ne=class{session;stage;root;header;actions;help;inspector;split;caption=u("div",{class:"sl-caption","aria-hidden":"true"});live=u("div",{class:"sl-live","aria-live":"polite","aria-atomic":"true"});constructor(e,t,n={}){this.session=new ne(t),this.actions=[...z,...n.actions??[]],this.help=new X(this.actions),n.step!==void 0&&this.session.seek(n.step),n.selected!==void 0&&this.session.select(n.selected),$e(e),this.root=u("div",{class:"sl-view"}),this.root.style.height=n.height===void 0?"100%":`${n.height}px`,e.append(this.root),this.stage=new he(this.session,this.root,{wheel:n.height===void 0}),this.header=new U(this.session,this);let s=o=>this.stage.reveal(o);this.inspector=new j(this.session,s),this.split=new re(this.stage),this.compose(new Y(this.session,s)),this.listen(n),this.describe()}compose(e){let t=u("aside",{class:"sl-panel","aria-label":"Details"},this.inspector.node,e.node);this.stage.node.append(this.caption,new q(this.session,this.stage).node);let n=u("div",{class:"sl-body"},this.split.node,this.stage.node,t),s=this.session.player.last?[new pe(this.session).node,n,new me(this.session).node]:[n];this.root.append(this.header.node,...s,this.live,this.help.node)}listen({onStep:e,onSelect:t}){this.root.addEventListener("keydown",n=>this.key(n)),this.root.addEventListener("focusin",n=>Or(n.target)),this.session.on("step",()=>{this.describe(),this.live.textContent=ge(this.session.player),e?.(this.session.player.at)}),this.session.on("selection",()=>{this.describe();let{selected:n}=this.session;n!==null&&(this.live.textContent=Ve(this.session,n)),t?.(n)});for(let n of["hover","search"])this.session.on(n,()=>this.describe())}describe(){let{player:e,selected:t,hovered:n,hits:s,trace:o}=this.session,i=`Graph of ${o.name}. ${ge(e)} Arrow keys walk along edges, question mark lists all keys.`;this.stage.canvas.setAttribute("aria-label",i);let a=e.step?.rule;y(this.caption,...a?[u("b",{},a.name),` ${a.formula.replaceAll("->","\u2192")}`]:[]);let d={step:e.at,nodes:e.frame.alive,selected:t,hovered:n,hits:s.size};for(let[l,c]of Object.entries(d))this.root.dataset[l]=c===null?"":String(c)}key(e){let t=Ce(e,this.actions);!t||e.defaultPrevented||(e.preventDefault(),e.stopPropagation(),t.run(this))}run(e){this.actions.find(t=>t.id===e)?.run(this)}seek(e){this.session.seek(e)}select(e){this.session.select(e)}locate(e){return this.stage.locate(e)}startSearch(){this.header.startSearch()}toggleHelp(){this.help.toggle()}togglePanel(){let{classList:e}=this.root;e.toggle(e.contains("sl-narrow")?"sl-with-panel":"sl-without-panel")}toggleSplit(){this.split.toggle()}escape(){let{session:e}=this;this.help.isOpen?this.help.toggle(!1):e.isPinned?e.pin(!1):e.query?e.search(""):e.select(null),this.stage.canvas.contains(document.activeElement)||this.stage.canvas.focus()}dispose(){this.inspector.dispose(),this.stage.dispose(),this.session.dispose(),this.root.remove()}};function Or(r){r instanceof Element&&r.setAttribute("data-lm-suppress-shortcuts","true")}function Ot(r,e,t={}){try{return new Ne(r,e,{height:Lr,...t})}catch(n){if(!(n instanceof f))throw n;return $e(r),r.replaceChildren(u("div",{class:"sl-error",role:"alert"},n.message)),null}}var $t=-1;function At(r){return r===$t?null:r}function Ar({model:r,el:e}){let t=(a,d)=>{r.get(a)!==d&&(r.set(a,d),r.save_changes())},n=()=>Ot(e,r.get("trace"),{height:r.get("height"),step:r.get("step"),selected:At(r.get("selected")),onStep:a=>t("step",a),onSelect:a=>t("selected",a??$t)}),s=n(),o=()=>{s?.dispose(),e.replaceChildren(),s=n()},i={"change:trace":o,"change:height":o,"change:step":()=>s?.seek(r.get("step")),"change:selected":()=>s?.select(At(r.get("selected")))};for(let[a,d]of Object.entries(i))r.on(a,d);return()=>{for(let[a,d]of Object.entries(i))r.off(a,d);s?.dispose()}}var Oo={render:Ar};export{Oo as default};
