// Types of nowake policies, api 1. Put this file beside a policy and begin the policy with
//   /// <reference path="./policy.d.ts" />
//   /** @type {Nowake.Prefetch} */
// and an editor completes and checks what it reads and returns.
//
// Sizes, offsets and lengths are bytes. Times are unix seconds. What is unknown is null.

declare namespace Nowake {
  /** Why the policy is asked. */
  type Trigger =
    /** A shard was opened. */
    | "open"
    /** Readers have moved on, or prefetched bytes have landed. */
    | "progress"
    /** A reader touched bytes that were not resident: `range` says which. */
    | "miss"
    /** A shard's last reader is gone, or the whole load's (`load.ended`). */
    | "close"
    /** A file was closed by somebody who had written to it. */
    | "written"
    /** The host runs short of memory. */
    | "pressure"
    /** Time passes: about every ten seconds. */
    | "tick"
    /**
     * A mirror's disk is above its budget, or room is needed on it: `mirror` says how much. Only the evict hook of the
     * policy that the mirror names is asked.
     */
    | "disk";

  type Format = "safetensors" | "gguf" | "torch-zip" | "torch-pickle" | "onnx" | "unknown";

  /**
   * All a policy may know. It cannot be changed: writing to it throws a TypeError. Once `trigger` is compared, a checker
   * knows what is there: `file` is not null at an "open".
   */
  type Input = InputFields & Told;

  /** What each trigger tells of. */
  type Told =
    | ({ readonly trigger: "open"; readonly file: File; readonly range: null } & OfLoad)
    | ({ readonly trigger: "miss"; readonly file: File; readonly range: Range } & OfLoad)
    | ({ readonly trigger: "progress" | "close"; readonly file: File | null; readonly range: null } & OfLoad)
    | ({ readonly trigger: "written"; readonly file: File; readonly range: null } & (OfLoad | OfNone))
    | ({ readonly trigger: "pressure" | "tick"; readonly file: null; readonly range: null } & (OfLoad | OfNone))
    | ({ readonly trigger: "disk"; readonly file: null; readonly range: null } & OfDisk);

  type OfLoad = { readonly model: Model; readonly load: Load; readonly mirror: null };
  type OfNone = { readonly model: null; readonly load: null; readonly mirror: null };
  type OfDisk = { readonly model: null; readonly load: null; readonly mirror: Mirror };

  interface InputFields {
    readonly trigger: Trigger;
    /** The shard the trigger is about; null for tick, pressure, disk and the end of the load. */
    readonly file: File | null;
    /** What was missed; null unless the trigger is "miss". */
    readonly range: Range | null;
    /** The load's model; null where the trigger is about no load. */
    readonly model: Model | null;
    /** Null where `model` is. */
    readonly load: Load | null;
    /** Every model below the same roots, the load's own included; [] for disk. */
    readonly models: readonly OtherModel[];
    readonly host: Host;
    /** Now, unix seconds. `Date.now()` says the same in milliseconds. */
    readonly time: number;
    /** The rule's arguments, checked against `policy.args`; sizes as bytes. */
    readonly args: { readonly [name: string]: any };
    /** What the policy last asked to remember; {} at first. */
    readonly state: { readonly [key: string]: any };
    /** Whose disk needs room; null unless the trigger is "disk". */
    readonly mirror: Mirror | null;
  }

  interface Range {
    readonly offset: number;
    readonly length: number;
  }

  /** One shard of the load as it is now. */
  interface File {
    /** Opaque; give it back in a step's `file`. */
    readonly id: string;
    /** Its place in the order loaders consume, from 0. */
    readonly shard: number;
    /** A label, as first reached. */
    readonly path: string;
    readonly size: number;
    /** Has been opened since the load began. */
    readonly opened: boolean;
    /** Somebody has it open or mapped. */
    readonly inUse: boolean;
    /** How far its furthest sequential reader has got; 0 before anything is known. */
    readonly frontier: number;
    /** Ranges every reader that has it open is seen to have read; an estimate. */
    readonly touched: readonly Range[];
    /** Ranges this load has asked for so far. */
    readonly prefetched: readonly Range[];
    /** Ranges resident before the load's first open; they stay. */
    readonly residentBefore: readonly Range[];
    /** Bytes in page cache; null where unknown. */
    readonly resident: number | null;
  }

  interface Model {
    readonly name: string;
    readonly format: Format;
    readonly size: number;
    /** In the order loaders consume. */
    readonly shards: readonly Shard[];
  }

  interface Shard {
    readonly id: string;
    readonly shard: number;
    readonly path: string;
    readonly size: number;
    /** In file order. Reading this makes nowake read the header: [] until it has. */
    readonly tensors: readonly Tensor[];
  }

  interface Tensor {
    readonly name: string;
    readonly offset: number;
    readonly length: number;
  }

  /** All readers of one model at one time. */
  interface Load {
    /** Every shard of the model, in the order loaders consume. */
    readonly files: readonly File[];
    /** Processes seen reading it that are still there. */
    readonly readers: number;
    /** The last reader is gone and the load is over. */
    readonly ended: boolean;
    /** The mount keeps prefetched pages across opens; where not, only the file being read helps. */
    readonly keepsPagesAcrossOpens: boolean;
    /** Seconds since the first open. */
    readonly age: number;
    /** Bytes a second its readers moved on lately; 0 before anything is known. */
    readonly rate: number;
    /** NUMA node its readers run on; null where unknown or several. */
    readonly node: number | null;
    readonly accelerator: Accelerator | null;
    /** A reader has a shard open with O_DIRECT: page cache does not help it. */
    readonly directIo: boolean;
    /** Pages appear ahead of the readers that nowake did not ask for. */
    readonly prefetchesItself: boolean;
  }

  interface Accelerator {
    /** As /dev names it, for example "nvidia0". */
    readonly name: string;
    /** Its NUMA node; null where unknown. */
    readonly node: number | null;
  }

  interface OtherModel {
    readonly name: string;
    readonly format: Format;
    readonly size: number;
    /** Bytes in page cache as last seen; null where nobody looked. */
    readonly resident: number | null;
    /** A load of it is under way, or somebody has a file of it open or mapped. */
    readonly inUse: boolean;
    /** Unix time of the last open or close seen; 0 where none was. */
    readonly lastUsed: number;
    readonly files: readonly ModelFile[];
  }

  interface ModelFile {
    readonly id: string;
    readonly size: number;
    readonly resident: number | null;
  }

  /** A local disk that stands for slower storage, and what is on it. */
  interface Mirror {
    /** As the configuration names it. */
    readonly name: string;
    /** What its files may take on the disk. */
    readonly budget: number;
    /** What they take now. */
    readonly used: number;
    /** Free on the disk, whoever fills it. */
    readonly free: number;
    /** Has to stay free there. */
    readonly reserve: number;
    /** About to be written; 0 where the disk has to be brought back within its limits. */
    readonly needed: number;
    /** What has to go: the larger of used + needed - budget and needed + reserve - free; 0 where nothing has to. */
    readonly excess: number;
    readonly models: readonly MirroredModel[];
  }

  /** Evicted whole, and never while it is open, being loaded or kept. */
  interface MirroredModel {
    /** Two may have the same name: give a file's id then. */
    readonly name: string;
    /** Of its files, were they all there. */
    readonly size: number;
    /** What they take on the disk, and evicting it frees. */
    readonly onDisk: number;
    /** Unix time of the last open seen, also by a daemon before this one; 0 where none was. */
    readonly lastLoaded: number;
    /** Somebody has a file of it open or mapped. */
    readonly open: boolean;
    /** Bytes of it are being brought, or a load of it is under way. */
    readonly loading: boolean;
    /** An operator wants it kept (`nowake keep`). */
    readonly kept: boolean;
    readonly files: readonly MirroredFile[];
  }

  interface MirroredFile {
    readonly id: string;
    /** A label. */
    readonly path: string;
    readonly size: number;
    readonly onDisk: number;
  }

  interface Host {
    readonly total: number;
    readonly free: number;
    readonly available: number;
    /** Of `free`, what lies in blocks of 2 MiB and larger: drivers and huge pages need those. Null where unknown. */
    readonly freeBlocks: number | null;
    readonly pressure: Pressure;
    readonly nodes: readonly HostNode[];
    /** CPU and accelerator share memory. */
    readonly unified: boolean;
  }

  /** Per cent of the last ten seconds in which some, or all, tasks waited for memory. */
  interface Pressure {
    readonly some: number;
    readonly full: number;
  }

  interface HostNode {
    readonly id: number;
    readonly total: number;
    readonly free: number;
    /** Of `free`, what lies in blocks of 2 MiB and larger; null where unknown. */
    readonly freeBlocks: number | null;
    /** In page cache. */
    readonly file: number;
  }

  /** "reader": the node the readers are bound to, else their device's; "accelerator": their device's first; or a number. */
  type Node = "reader" | "accelerator" | "interleave" | number;

  /** Bring a range into page cache. What a prefetch hook returns when it names no action. */
  interface PrefetchStep {
    action?: "prefetch";
    file: string;
    /** Standard: 0. */
    offset?: number;
    /** Standard: to the end of the file. */
    length?: number;
    /** Standard: "reader". */
    node?: Node;
    /**
     * Pages that were resident before the load, on another node: they stay ("keep", standard), or are dropped and read
     * again where they are clean and unmapped.
     */
    ifMisplaced?: "keep" | "move";
    /** -100 to 100, higher first. Standard: 0. */
    priority?: number;
    /** Shown in the journal and by `nowake explain`; at most 200 characters are kept. */
    reason?: string;
  }

  /** Drop a range from page cache. What an evict hook returns when it names no action. */
  interface EvictStep {
    action?: "evict";
    file: string;
    offset?: number;
    length?: number;
    /** Pages somebody has mapped: "leave" them (standard), or take them from their only mapper. */
    ifMapped?: "leave" | "pageout";
    /** Begin to write dirty pages back. Standard: false. */
    writeBack?: boolean;
    /** Standard: "memory". */
    tier?: "memory";
    reason?: string;
  }

  /** Evict a whole model from a mirror's disk, at trigger "disk" alone. Exactly one of `model` and `file`. */
  interface DiskEvictStep {
    action?: "evict";
    tier: "disk";
    /** Its name in `mirror.models`. */
    model?: string;
    /** The id of any file of it. */
    file?: string;
    reason?: string;
  }

  /** Let no eviction touch a range. Exactly one of `until` and `while`. */
  interface KeepStep {
    action: "keep";
    file: string;
    offset?: number;
    length?: number;
    /** Unix seconds. */
    until?: number;
    /** "open": while somebody has the file open or mapped; "calm": until memory runs short. */
    while?: "open" | "calm";
    reason?: string;
  }

  /**
   * Have the kernel bring free memory together in large blocks. It frees nothing and costs processor time; nowake does it
   * seldom, however often it is asked for.
   */
  interface CompactStep {
    action: "compact";
    /** A node's number. Standard: all nodes. */
    node?: number;
    reason?: string;
  }

  /** Replaces the policy's state; at most 64 KiB as JSON, 16 levels deep. */
  interface RememberStep {
    action: "remember";
    state: { [key: string]: any };
    reason?: string;
  }

  type Step = PrefetchStep | EvictStep | DiskEvictStep | KeepStep | CompactStep | RememberStep;

  /** Null or undefined mean no steps. */
  type Steps = Step[] | null | undefined | void;

  type Prefetch = (input: Input) => Steps;
  type Evict = (input: Input) => Steps;

  /**
   * An argument's standard value, which tells its type: a whole number is a count, another one a decimal, a text like
   * "4GiB" a size, another one a text. Or its type, where a rule must give it or the value does not tell.
   */
  type Argument = number | boolean | string | TypedArgument;

  interface TypedArgument {
    type: "size" | "count" | "decimal" | "flag" | "text" | "choice";
    /** Left out: a rule must give it. */
    default?: number | boolean | string;
    /** What a choice may be. */
    words?: string[];
  }

  /** `export const policy`. */
  interface Policy {
    /** What rules name it by: lower-case letters, digits, hyphens, at most 64. */
    name: string;
    api: 1;
    /** What it is for, in one line. */
    description?: string;
    args?: { [name: string]: Argument };
  }
}
