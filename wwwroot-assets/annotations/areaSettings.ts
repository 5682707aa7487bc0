// What the page gives to the editor of the inspection area.

import type { AreaTexts } from "./areaTexts.ts";

/** Twin of InspectionAreaSettings in InspectionAreaInterop.cs. */
export interface AreaSettings {
  readonly projectId: string;
  readonly canEdit: boolean;
  /** Separates the journals of people who share a browser. */
  readonly userId: string;
  readonly texts: AreaTexts;
}
