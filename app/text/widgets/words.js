// Tokens and numbers as people read them.

const BYTE = /^<0x([0-9A-F]{2})>$/;
const SPECIAL = /^(<[^<>\s]+>|\[[A-Z]+\])$/; // <eod>, </s>, [SEP]
const ENDS = new Set(["<eod>", "<sep>", "</s>", "<|endoftext|>", "[SEP]"]);
const SIGNS = { " ": "␣", "\u3000": "␣", "\n": "⏎", "\t": "⇥" };

// A piece of the vocabulary, with what would be invisible made visible: {text, special}.
function piece(text, lang) {
  const byte = BYTE.exec(text);
  if (byte !== null) return { text: phrase("byte", lang, { code: byte[1] }), special: true };
  if (text === "" || text.includes("\ufffd")) return { text: phrase("part", lang), special: true };
  if (ENDS.has(text)) return { text: phrase("end", lang), special: true };
  return {
    text: text.replace(/[ \u3000\n\t]/g, (sign) => SIGNS[sign]),
    special: SPECIAL.test(text),
  };
}

// The same for a voice, which does not read signs out.
function spoken(text, lang) {
  if (/^[ \u3000\t]+$/.test(text)) return phrase("space", lang);
  if (/^\n+$/.test(text)) return phrase("newline", lang);
  return piece(text, lang).special ? piece(text, lang).text : text;
}

function percent(logprob) {
  const share = 100 * Math.exp(logprob);
  if (share < 0.01) return "<0.01%";
  if (share >= 99.95) return share >= 99.995 ? "100%" : ">99.9%";
  return `${share >= 10 ? share.toFixed(0) : share.toPrecision(2)}%`;
}
