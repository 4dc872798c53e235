// The network view. All words from outside reach the page through textContent, never as markup.
"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const ink = getComputedStyle(document.body).color;
  const detail = document.getElementById("detail");

  function element(tag, text, parent) {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    if (parent) parent.append(made);
    return made;
  }
  function percent(x) { return Math.round(100 * x) + "%"; }
  function shareOf(edge) {
    const [low, high] = edge.share;
    if (low === 0 && high === 1) return "share unknown";
    return low === high ? percent(low) : percent(low) + "–" + percent(high);
  }
  function edgeText(edge, box) {
    const from = names.get(edge.from), to = names.get(edge.to);
    element("strong", from + " – " + edge.component + (edge.via && edge.via !== edge.component ? " for " + edge.via : "") + " → " + to, box);
    element("div", edge.level + ", " + shareOf(edge), box);
    if (!edge.evidence.length) element("small", "From the catalogue.", box);
    for (const claim of edge.evidence) {
      const quote = element("blockquote", "", box);
      element("div", "“" + claim.sentence + "”", quote);
      const line = element("small", claim.says + " · " + claim.date + " · ", quote);
      if (/^https?:\/\//.test(claim.href)) {
        const link = element("a", claim.source, line);
        link.href = claim.href; link.rel = "noopener noreferrer"; link.target = "_blank";
      } else line.append(claim.source);
    }
    return box;
  }
  function nodeText(node, box) {
    element("strong", node.name, box);
    element("div", node.kind + (node.tier ? ", tier " + node.tier : ", asked about"), box);
    if (node.href && node.href.startsWith("/")) { const link = element("a", "Its page", box); link.href = node.href; }
    return box;
  }
  function show(fill, thing) {
    detail.replaceChildren();
    element("h2", "Evidence", detail);
    fill(thing, detail);
  }

  const names = new Map(data.nodes.map(node => [node.id, node.name]));
  const nodes = new vis.DataSet(data.nodes.map(node => ({
    ...node, title: nodeText(node, element("div")), font: { color: ink, size: node.tier ? 15 : 20, face: "system-ui", vadjust: -2 },
  })));
  const edges = new vis.DataSet(data.edges.map((edge, id) => ({
    ...edge, id, title: edgeText(edge, element("div")), color: { color: "#8A94A0", highlight: "#0072B2", hover: "#0072B2" }, smooth: { type: "cubicBezier", forceDirection: "horizontal", roundness: 0.5 },
  })));
  const picture = new vis.Network(document.getElementById("network"), { nodes, edges }, {
    physics: false,
    interaction: { hover: true, tooltipDelay: 120, navigationButtons: false, keyboard: { enabled: true, bindToWindow: false } },
    edges: { arrows: { to: { scaleFactor: 0.6 } } },
  });
  picture.on("selectEdge", event => { if (event.edges.length === 1 && !event.nodes.length) show(edgeText, edges.get(event.edges[0])); });
  picture.on("selectNode", event => show(nodeText, nodes.get(event.nodes[0])));

  const list = document.getElementById("names");
  for (const name of [...names.values()].sort()) { const option = element("option", "", list); option.value = name; }
  const find = document.getElementById("find"), kind = document.getElementById("kind"), level = document.getElementById("level");
  find.addEventListener("change", () => {
    const hit = data.nodes.find(node => node.name.toLowerCase() === find.value.toLowerCase())
      || data.nodes.find(node => node.name.toLowerCase().includes(find.value.toLowerCase()));
    if (hit && find.value) { picture.selectNodes([hit.id]); picture.focus(hit.id, { scale: 1.1, animation: true }); show(nodeText, hit); }
  });
  function filter() {
    edges.update(data.edges.map((edge, id) => ({ id, hidden: Boolean(level.value) && edge.level !== level.value })));
    const linked = new Set(data.edges.filter(edge => !level.value || edge.level === level.value).flatMap(edge => [edge.from, edge.to]));
    nodes.update(data.nodes.map(node => ({ id: node.id, hidden: node.tier > 0 && (Boolean(kind.value) && node.kind !== kind.value || !linked.has(node.id)) })));
  }
  kind.addEventListener("change", filter);
  level.addEventListener("change", filter);
  document.getElementById("fit").addEventListener("click", () => picture.fit({ animation: true }));
  document.getElementById("filters").addEventListener("submit", event => event.preventDefault());
  picture.once("afterDrawing", () => { picture.fit(); document.body.dataset.ready = "yes"; });
})();
