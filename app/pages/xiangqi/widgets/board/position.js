// Squares, pieces and FEN. A square is "a0" to "i9" (red's back rank is 0), a piece a FEN letter,
// capital for red; a position is a Map from square to piece.

const UNIT = 100; // of the drawing, between two points of the board
const COLUMNS = 9;
const ROWS = 10;
const PIECES = "KABNRCPkabnrcp";
const OTHER_NAMES = { E: "B", H: "N", e: "b", h: "n" };

// The square at a column and row of the screen, both from the top left.
function squareAt(column, row, orientation) {
  const file = orientation === "black" ? COLUMNS - 1 - column : column;
  const rank = orientation === "black" ? row : ROWS - 1 - row;
  return "abcdefghi"[file] + rank;
}

/** @returns {[number, number]} */
function columnAndRow(square, orientation) {
  const file = "abcdefghi".indexOf(square[0]);
  const rank = Number(square[1]);
  return orientation === "black" ? [COLUMNS - 1 - file, rank] : [file, ROWS - 1 - rank];
}

/** @returns {[number, number]} */
function pointOf(square, orientation) {
  const [column, row] = columnAndRow(square, orientation);
  return [column * UNIT, row * UNIT];
}

function isSquare(text) {
  return typeof text === "string" && /^[a-i][0-9]$/.test(text);
}

function isMove(text) {
  return typeof text === "string" && /^([a-i][0-9]){2}$/.test(text);
}

function colorOf(piece) {
  return piece === piece.toUpperCase() ? "red" : "black";
}

function positionOf(fen) {
  const position = new Map();
  const ranks = String(fen).trim().split(/\s+/)[0].split("/");
  ranks.slice(0, ROWS).forEach((rank, row) => {
    let column = 0;
    for (const letter of rank) {
      const piece = OTHER_NAMES[letter] ?? letter;
      if (/[0-9]/.test(letter)) column += Number(letter);
      else if (PIECES.includes(piece) && column < COLUMNS) {
        position.set(squareAt(column, row, "red"), piece);
        column += 1;
      }
    }
  });
  return position;
}

function placementOf(position) {
  const ranks = [];
  for (let row = 0; row < ROWS; row += 1) {
    let rank = "";
    let empty = 0;
    for (let column = 0; column < COLUMNS; column += 1) {
      const piece = position.get(squareAt(column, row, "red"));
      if (piece === undefined) {
        empty += 1;
        continue;
      }
      rank += (empty || "") + piece;
      empty = 0;
    }
    ranks.push(rank + (empty || ""));
  }
  return ranks.join("/");
}

function turnOf(fen) {
  return String(fen).trim().split(/\s+/)[1] === "b" ? "black" : "red";
}
