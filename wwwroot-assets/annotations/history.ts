// Undo and redo for one image. A step is a whole annotation; unchanged shapes and mask tiles are shared between steps.

import type { Annotation } from "./shapes.ts";

const mostSteps = 500;

export class History {
  private states: Annotation[];
  private index = 0;

  constructor(start: Annotation) {
    this.states = [start];
  }

  get current(): Annotation {
    return this.states[this.index]!;
  }

  get canUndo(): boolean {
    return this.index > 0;
  }

  get canRedo(): boolean {
    return this.index + 1 < this.states.length;
  }

  /** Adds a step; what was undone before it can no longer be redone. */
  commit(next: Annotation): void {
    this.states = [...this.states.slice(Math.max(0, this.index + 2 - mostSteps), this.index + 1), next];
    this.index = this.states.length - 1;
  }

  undo(): boolean {
    if (!this.canUndo) {
      return false;
    }
    this.index--;
    return true;
  }

  redo(): boolean {
    if (!this.canRedo) {
      return false;
    }
    this.index++;
    return true;
  }
}
