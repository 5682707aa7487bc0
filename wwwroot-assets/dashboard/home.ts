// The home page: files that are dropped on it become a project, an upload and a run, whose results open. What has begun goes on
// while people are elsewhere in the portal; then its results are offered in the list of the upload instead of being opened.

import { listenForFiles } from "../images/dropTarget.ts";
import type { PickedFile } from "../images/dropped.ts";
import type { UploadPanel } from "../images/panel.ts";
import { delayMilliseconds } from "../images/queue.ts";
import { follow, keepBusy, openUpload, type PageObject } from "../images/upload.ts";
import { ApiError, request } from "../shell/http.ts";
import { FirstLook, type Desk, type Project, type Stage } from "./firstLook.ts";
import { FirstLookCard } from "./firstLookCard.ts";
import { projectNameOf } from "./projectName.ts";

interface Look {
  task: string;
  shownStage: Stage | null;
  look: FirstLook;
  panel: UploadPanel | null;
  card: FirstLookCard | null;
}

interface Home {
  root: HTMLElement;
  page: PageObject;
  texts: Record<string, string>;
  abort: AbortController;
}

const mostAttempts = 8;
const mostNames = 20;
const looks = new Set<Look>();
let begun = 0;
let home: Home | null = null;

/** Connects the home page: its element marked data-first-looks shows what goes on. The page has ImagesArrivedAsync, OpenRunAsync, PutAwayAsync. */
export function attach(root: HTMLElement | null, texts: Record<string, string>, page: PageObject): void {
  if (!root) {
    // Left before this module was there.
    return;
  }
  const here: Home = { root, page, texts, abort: new AbortController() };
  home = here;
  listenForFiles(root, here.abort.signal, (files) => begin(files, here));
  for (const each of looks) {
    if (each.look.project) {
      follow(each.look.project.id, page);
    }
    show(each, here);
  }
  root.dataset["uploads"] = "ready";
}

/** The page goes; what is on its way continues. */
export function detach(root: HTMLElement | null): void {
  if (!home || home.root !== root) {
    return;
  }
  home.abort.abort();
  home = null;
  for (const each of looks) {
    each.card = null;
    if (each.look.project) {
      follow(each.look.project.id, null);
    }
    if (each.look.stage === "open") {
      looks.delete(each);
    }
  }
}

function begin(files: PickedFile[], { texts }: Home): void {
  const dated = (texts["lookDated"] ?? "{0}").replace("{0}", today());
  const desk: Desk = {
    create: createProject,
    open: (project, changed) => {
      const upload = openUpload(project.id, texts, changed);
      each.panel = upload.panel;
      follow(project.id, home?.page ?? null);
      return upload.queue;
    },
    start: startRun,
  };
  const name = projectNameOf(files.map((file) => file.path), dated);
  const look = new FirstLook(name, files, desk, () => moved(each, texts));
  const each: Look = { task: `first-look-${begun++}`, shownStage: null, look, panel: null, card: null };
  looks.add(each);
  if (home) {
    show(each, home);
  }
  void each.look.begin();
}

function moved(each: Look, texts: Record<string, string>): void {
  const { look } = each;
  each.card?.update();
  keepBusy(each.task, look.isBusy);
  if (look.stage === "sending" && each.shownStage === "creating") {
    // Its card stands on the page from now on.
    home?.page.invokeMethodAsync("ImagesArrivedAsync").catch(() => {});
  }
  each.shownStage = look.stage;
  if (look.stage === "nothing") {
    putAway(look);
  }
  if (look.stage === "open") {
    const [project, runId] = [look.project!, look.runId!];
    const others = [...looks].some((other) => other !== each && other.look.isBusy);
    if (home && !others) {
      looks.delete(each);
      each.card?.root.remove();
      home.page.invokeMethodAsync("OpenRunAsync", project.id, runId).catch(() => offer());
    } else {
      offer();
    }
    function offer(): void {
      each.panel?.offer(texts["lookResults"] ?? "", `/projects/${project.id}/runs/${runId}`);
    }
  }
}

function show(each: Look, { root, texts }: Home): void {
  each.card = new FirstLookCard(each.look, texts, () => {
    putAway(each.look);
    looks.delete(each);
    each.panel?.remove();
    each.card?.root.remove();
  });
  root.querySelector("[data-first-looks]")?.append(each.card.root);
}

/** Nobody wants a project of nothing; where the page is away it stays, empty. */
function putAway(look: FirstLook): void {
  if (look.project && look.tally.images === 0) {
    home?.page.invokeMethodAsync("PutAwayAsync", look.project.id).catch(() => {});
  }
}

/** Under the next free name where there is a project of this name already. */
async function createProject(name: string): Promise<Project> {
  let asked = name;
  for (let attempt = 1; ; attempt++) {
    try {
      return (await (await post("/api/v1/projects", { name: asked })).json()) as Project;
    } catch (error) {
      if (!(error instanceof ApiError) || !error.suggestion || attempt >= mostNames) {
        throw error;
      }
      asked = error.suggestion;
    }
  }
}

/** With everything as the server settles it. Tried again while the server is away; a run that it began meanwhile is not begun twice. */
async function startRun(project: Project): Promise<string> {
  const url = `/api/v1/projects/${project.id}/runs`;
  for (let attempt = 1; ; attempt++) {
    try {
      const [known] = attempt === 1 ? [] : ((await (await request(url)).json()) as { id: string }[]);
      return known?.id ?? ((await (await post(url, {})).json()) as { id: string }).id;
    } catch (error) {
      if ((error instanceof ApiError && error.status < 500) || attempt >= mostAttempts) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, delayMilliseconds(attempt, Math.random())));
    }
  }
}

/** Sent even if the page is closed at this moment. */
function post(url: string, body: unknown): Promise<Response> {
  return request(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), keepalive: true });
}

function today(): string {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}
