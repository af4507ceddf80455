// The few words that Streamlit writes itself into lists and dialogs outside the page, in the language of the pages.
const SAID = [
  [/^No results$/, "没有匹配的选项"],
  [/^Add: ([^]*)$/, "新增:$1"],
  [/^Connection error$/, "连接中断"],
  [/^Is Streamlit still running\?[^]*$/, "正在重新连接服务器;已填写的内容没有丢,恢复后刷新本页可接着办。"],
];

function speak(node) {
  for (const [words, ours] of SAID) {
    const text = node.nodeValue;
    if (words.test(text)) { node.nodeValue = text.replace(words, ours); return; }
  }
}

function speakAll(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) speak(walker.currentNode);
}

if (!window.__jiesuWords) {
  // lists and dialogs are children of the body; the page itself is not watched
  const inside = new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "characterData") speak(change.target);
      for (const node of change.addedNodes) { if (node.nodeType === Node.TEXT_NODE) speak(node); else speakAll(node); }
    }
  });
  const watch = (node) => {
    if (!(node instanceof Element) || node.id === "root" || node.id.startsWith("jiesu-")) return;
    speakAll(node);
    inside.observe(node, { childList: true, subtree: true, characterData: true });
  };
  window.__jiesuWords = new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach(watch)));
  window.__jiesuWords.observe(document.body, { childList: true });
  [...document.body.children].forEach(watch);
}
