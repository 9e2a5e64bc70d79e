// A telephone's WebSocket to the carrier: JSON as text, audio as binary mu-law frames, both ways.

const FIRST_RETRY = 500;
const LAST_RETRY = 8000;
const MOST_WAITING = 32000; // bytes not yet sent: beyond four seconds of audio the line is stuck, so drop

export class Line {
  constructor(root, phone) {
    this.root = root;
    this.phone = phone;
    this.socket = null;
    this.retry = FIRST_RETRY;
  }

  /** Connect (again) with these settings; reconnects by itself until the page closes. */
  open(settings) {
    this.settings = settings;
    clearTimeout(this.timer);
    if (this.socket) {
      this.socket.onclose = null;
      this.socket.close();
      this.phone.onLost();
    }
    const address = new URL(`${this.root}/socket`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    address.search = new URLSearchParams(settings);
    this.socket = new WebSocket(address);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => (this.retry = FIRST_RETRY);
    this.socket.onmessage = ({ data }) => this.receive(data);
    this.socket.onclose = () => this.lost();
  }

  receive(data) {
    if (typeof data === "string") {
      this.phone.onMessage(JSON.parse(data));
    } else {
      this.phone.onAudio(new Uint8Array(data));
    }
  }

  lost() {
    this.phone.onLost();
    this.timer = setTimeout(() => this.open(this.settings), this.retry);
    this.retry = Math.min(2 * this.retry, LAST_RETRY);
  }

  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  sendAudio(frame) {
    const open = this.socket?.readyState === WebSocket.OPEN;
    if (open && this.socket.bufferedAmount < MOST_WAITING) this.socket.send(frame);
  }
}
