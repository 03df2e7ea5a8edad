/** What nowake gives a policy and takes from it, api 1. For editors: nothing reads this file at run time. Bytes are numbers. */

export type Trigger = "open" | "progress" | "miss" | "close" | "written" | "pressure" | "tick";

/** Bytes of a file. */
export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** A shard as it is now. */
export interface File {
  /** Names the file in steps. Take it as it is. */
  readonly id: string;
  readonly shard: number;
  readonly path: string;
  readonly size: number;
  readonly opened: boolean;
  /** Somebody has it open or mapped. */
  readonly inUse: boolean;
  /** How far its furthest sequential reader has got. */
  readonly frontier: number;
  readonly touched: readonly Range[];
  /** What this load has asked for so far. */
  readonly prefetched: readonly Range[];
  /** Was resident before the load and stays. */
  readonly residentBefore: readonly Range[];
  readonly resident: number | null;
}

export interface Tensor extends Range {
  readonly name: string;
}

export interface Shard {
  readonly id: string;
  readonly shard: number;
  readonly path: string;
  readonly size: number;
  /** Empty until the header has been read: asking for it has nowake read it. */
  readonly tensors: readonly Tensor[];
}

export interface Model {
  readonly name: string;
  readonly format: "safetensors" | "gguf" | "torch-zip" | "torch-pickle" | "onnx" | "unknown";
  readonly size: number;
  /** In the order loaders consume them. */
  readonly shards: readonly Shard[];
}

/** Everybody who reads the model now. */
export interface Load {
  readonly files: readonly File[];
  readonly readers: number;
  /** The last reader is gone. */
  readonly ended: boolean;
  readonly keepsPagesAcrossOpens: boolean;
  /** Seconds since the first open. */
  readonly age: number;
  /** Bytes a second, lately. */
  readonly rate: number;
  readonly node: number | null;
  readonly accelerator: { readonly name: string; readonly node: number | null } | null;
  readonly directIo: boolean;
  readonly prefetchesItself: boolean;
}

/** A model below the same roots, loaded or not. */
export interface OtherModel {
  readonly name: string;
  readonly format: string;
  readonly size: number;
  readonly resident: number | null;
  readonly inUse: boolean;
  /** Unix seconds; 0 where no use was seen. */
  readonly lastUsed: number;
  readonly files: readonly { readonly id: string; readonly size: number; readonly resident: number | null }[];
}

export interface Host {
  readonly total: number;
  readonly free: number;
  readonly available: number;
  /** Per cent of the last ten seconds. */
  readonly pressure: { readonly some: number; readonly full: number };
  readonly nodes: readonly { readonly id: number; readonly total: number; readonly free: number; readonly file: number }[];
  /** CPU and accelerator share memory. */
  readonly unified: boolean;
}

export interface PolicyInput {
  readonly trigger: Trigger;
  /** The shard the trigger is about; null for "tick", "pressure" and the end of a load. */
  readonly file: File | null;
  /** What was missed; null unless the trigger is "miss". */
  readonly range: Range | null;
  /** Null, like load, where the trigger is about no load. */
  readonly model: Model | null;
  readonly load: Load | null;
  readonly models: readonly OtherModel[];
  readonly host: Host;
  /** Unix seconds. */
  readonly time: number;
  readonly args: any;
  /** What the policy last remembered. */
  readonly state: any;
}

interface OnRange {
  file: string;
  /** 0 where it is left out. */
  offset?: number;
  /** To the end of the file where it is left out. */
  length?: number;
  /** Shown in the journal and by explain. */
  reason?: string;
}

export interface PrefetchStep extends OnRange {
  action?: "prefetch";
  node?: "reader" | "accelerator" | "interleave" | number;
  /** -100 to 100; higher goes first. */
  priority?: number;
}

export interface EvictStep extends OnRange {
  action?: "evict";
  ifMapped?: "leave" | "pageout";
  writeBack?: boolean;
}

/** Give either until (unix seconds) or while. */
export interface KeepStep extends OnRange {
  action: "keep";
  until?: number;
  while?: "open" | "calm";
}

/** Replaces the policy's state; at most 64 KiB as JSON. */
export interface RememberStep {
  action: "remember";
  state: object;
  reason?: string;
}

/** What either hook returns; without an action a step is the hook's own kind. */
export type Step = PrefetchStep | EvictStep | KeepStep | RememberStep;
