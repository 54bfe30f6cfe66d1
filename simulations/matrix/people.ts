/** The people at their nodes: they give commands, again when a crash lost one, and confirm what came back after a loss. */
import type { Command, Effect, Notice } from '#protocol/event.ts';
import type { TxId } from '#protocol/packet.ts';
import type { Participant } from '../participant.ts';

/** What people need of the run that they are in. */
interface Place {
  at(index: number): Participant;
  after(ms: number, act: () => void): void;
  obey(index: number, command: Command): readonly Effect[];
}

/** A person's wish, kept so that it is given again when the crash that followed lost it. */
interface Wish {
  readonly participant: number;
  readonly command: Command;
  /** The transactions that it began. */
  saved: readonly TxId[];
}

/** After a start a person looks what is there. */
const AGAIN_MS = 500;
/** How often an owner looks after a loss, and how often before it goes on without those who have not agreed. */
const CONFIRM_FIRST_MS = 5_000;
const CONFIRM_MS = 300_000;
const CONFIRM_TRIES = 12;

export class People {
  readonly #place: Place;
  readonly #wishes: Wish[] = [];
  /** Whose owners are looking at what came back. */
  readonly #confirming = new Set<number>();

  constructor(place: Place) {
    this.#place = place;
  }

  give(participant: number, command: Command): void {
    const wish: Wish = { participant, command, saved: [] };
    this.#wishes.push(wish);
    this.#obey(wish);
  }

  /** A node has started again. */
  started(index: number): void {
    this.#place.after(AGAIN_MS, () => this.#giveAgain(index));
    if (this.#place.at(index).records.node.isFrozen) this.#lookAfter(index);
  }

  told(index: number, notice: Notice): void {
    if (notice.type === 'restored') this.#lookAfter(index);
  }

  #obey(wish: Wish): void {
    if (!this.#place.at(wish.participant).isUp) return;
    const effects = this.#place.obey(wish.participant, wish.command);
    wish.saved = effects.flatMap((effect) =>
      effect.type === 'save' && effect.record.type === 'transaction' ? [effect.record.txId] : [],
    );
  }

  /** Sees that nothing came of a command, and gives it again. */
  #giveAgain(index: number): void {
    const { records, isUp } = this.#place.at(index);
    if (!isUp) return;
    for (const wish of this.#wishes) if (wish.participant === index && !isDone(wish, records)) this.#obey(wish);
  }

  #lookAfter(index: number): void {
    if (this.#confirming.has(index)) return;
    this.#confirming.add(index);
    this.#place.after(CONFIRM_FIRST_MS, () => this.#confirm(index, 0));
  }

  /** Confirms what came back, until all is; at last without the neighbours that do not answer. */
  #confirm(index: number, tries: number): void {
    const { records, isUp } = this.#place.at(index);
    if (isUp) {
      const isOpen = [...records.accounts()].some(({ standing }) => standing === 'unsure' || standing === 'agreed');
      if (!records.node.isFrozen && !isOpen) {
        this.#confirming.delete(index);
        return;
      }
      this.#place.obey(index, { type: 'confirm-restored', regardless: tries >= CONFIRM_TRIES });
    }
    if (tries > 2 * CONFIRM_TRIES) return;
    this.#place.after(tries < 3 ? CONFIRM_FIRST_MS : CONFIRM_MS, () => this.#confirm(index, tries + 1));
  }
}

/** Is there anything left of what a command saved? */
function isDone({ command, saved }: Wish, records: Participant['records']): boolean {
  if (command.type === 'pay') return records.payment(command.paymentId) !== undefined;
  if (command.type === 'set-trust-line') {
    return records.line(records.self, command.neighbour, command.equivalent)?.signed.line.limit === command.limit;
  }
  return saved.every((txId) => records.positions(txId).length > 0);
}
