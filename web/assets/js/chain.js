// Proving a history where it is read: hash = SHA-256(previous hash || body), the first after 32 zero bytes.

const bytesOfHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const bytesOfBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const hexOf = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

// Returns {length, brokenAt, reason}; brokenAt is null for a whole chain. Throws where the browser offers no hashing.
export async function verifyChain(caseId, evidence, head) {
  if (!globalThis.crypto?.subtle) throw new Error('no crypto.subtle');
  let previous = new Uint8Array(32);
  let seq = 0;
  for (const event of evidence) {
    seq += 1;
    const body = bytesOfBase64(event.body);
    const joined = new Uint8Array(previous.length + body.length);
    joined.set(previous);
    joined.set(body, previous.length);
    const hash = hexOf(await crypto.subtle.digest('SHA-256', joined));
    const content = JSON.parse(new TextDecoder().decode(body));
    if (event.seq !== seq || content.seq !== seq) return { length: seq - 1, brokenAt: seq, reason: 'sai thứ tự' };
    if (content.case !== caseId) return { length: seq - 1, brokenAt: seq, reason: 'không thuộc hồ sơ này' };
    if (hash !== event.hash) return { length: seq - 1, brokenAt: seq, reason: 'nội dung không khớp mã băm' };
    previous = bytesOfHex(hash);
  }
  if (head && hexOf(previous) !== head) return { length: seq, brokenAt: seq + 1, reason: 'thiếu các sự kiện cuối' };
  return { length: seq, brokenAt: null, reason: '' };
}
