import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");
export namespace atoll {
    namespace v1 {
        interface IBlockId extends atoll.v1.BlockId.$Properties {
        }
        class BlockId {
            constructor(properties?: atoll.v1.BlockId.$Properties);
            $unknowns?: Uint8Array[];
            hash: Uint8Array;
            number: Long;
            static encode(message: atoll.v1.BlockId.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.BlockId & atoll.v1.BlockId.$Shape;
        }
        namespace BlockId {
            interface $Properties {
                hash?: (Uint8Array|null);
                number?: (Long|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.BlockId.$Properties;
        }
        interface IL1BlockRef extends atoll.v1.L1BlockRef.$Properties {
        }
        class L1BlockRef {
            constructor(properties?: atoll.v1.L1BlockRef.$Properties);
            $unknowns?: Uint8Array[];
            hash: Uint8Array;
            number: Long;
            parentHash: Uint8Array;
            timestamp: Long;
            static encode(message: atoll.v1.L1BlockRef.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.L1BlockRef & atoll.v1.L1BlockRef.$Shape;
        }
        namespace L1BlockRef {
            interface $Properties {
                hash?: (Uint8Array|null);
                number?: (Long|null);
                parentHash?: (Uint8Array|null);
                timestamp?: (Long|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.L1BlockRef.$Properties;
        }
        interface IL2BlockRef extends atoll.v1.L2BlockRef.$Properties {
        }
        class L2BlockRef {
            constructor(properties?: atoll.v1.L2BlockRef.$Properties);
            $unknowns?: Uint8Array[];
            hash: Uint8Array;
            number: Long;
            parentHash: Uint8Array;
            timestamp: Long;
            l1Origin?: (atoll.v1.BlockId.$Properties|null);
            sequenceNumber: Long;
            static encode(message: atoll.v1.L2BlockRef.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.L2BlockRef & atoll.v1.L2BlockRef.$Shape;
        }
        namespace L2BlockRef {
            interface $Properties {
                hash?: (Uint8Array|null);
                number?: (Long|null);
                parentHash?: (Uint8Array|null);
                timestamp?: (Long|null);
                l1Origin?: (atoll.v1.BlockId.$Properties|null);
                sequenceNumber?: (Long|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.L2BlockRef.$Properties;
        }
        interface ISystemConfig extends atoll.v1.SystemConfig.$Properties {
        }
        class SystemConfig {
            constructor(properties?: atoll.v1.SystemConfig.$Properties);
            $unknowns?: Uint8Array[];
            batcherAddress: Uint8Array;
            overhead: Uint8Array;
            scalar: Uint8Array;
            gasLimit: Long;
            eip1559Params: Uint8Array;
            operatorFeeParams: Uint8Array;
            minBaseFee: Long;
            daFootprintGasScalar: number;
            static encode(message: atoll.v1.SystemConfig.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.SystemConfig & atoll.v1.SystemConfig.$Shape;
        }
        namespace SystemConfig {
            interface $Properties {
                batcherAddress?: (Uint8Array|null);
                overhead?: (Uint8Array|null);
                scalar?: (Uint8Array|null);
                gasLimit?: (Long|null);
                eip1559Params?: (Uint8Array|null);
                operatorFeeParams?: (Uint8Array|null);
                minBaseFee?: (Long|null);
                daFootprintGasScalar?: (number|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.SystemConfig.$Properties;
        }
        interface IFault extends atoll.v1.Fault.$Properties {
        }
        class Fault {
            constructor(properties?: atoll.v1.Fault.$Properties);
            $unknowns?: Uint8Array[];
            code: string;
            severity: atoll.v1.Fault.Severity;
            detail: string;
            static encode(message: atoll.v1.Fault.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.Fault & atoll.v1.Fault.$Shape;
        }
        namespace Fault {
            interface $Properties {
                code?: (string|null);
                severity?: (atoll.v1.Fault.Severity|null);
                detail?: (string|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.Fault.$Properties;
            enum Severity {
                SEVERITY_UNSPECIFIED = 0,
                TEMPORARY = 1,
                RESET = 2,
                CRITICAL = 3
            }
        }
        interface IServiceStatus extends atoll.v1.ServiceStatus.$Properties {
        }
        class ServiceStatus {
            constructor(properties?: atoll.v1.ServiceStatus.$Properties);
            $unknowns?: Uint8Array[];
            instance: string;
            version: string;
            startedMs: Long;
            phase: atoll.v1.ServiceStatus.Phase;
            wait?: (atoll.v1.ServiceStatus.Wait.$Properties|null);
            inputs: atoll.v1.ServiceStatus.Input.$Properties[];
            writtenMs: Long;
            notices: string[];
            restarted?: (atoll.v1.ServiceStatus.Restarted.$Properties|null);
            healthUrl: string;
            progress: string;
            static encode(message: atoll.v1.ServiceStatus.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ServiceStatus & atoll.v1.ServiceStatus.$Shape;
        }
        namespace ServiceStatus {
            interface $Properties {
                instance?: (string|null);
                version?: (string|null);
                startedMs?: (Long|null);
                phase?: (atoll.v1.ServiceStatus.Phase|null);
                wait?: (atoll.v1.ServiceStatus.Wait.$Properties|null);
                inputs?: (atoll.v1.ServiceStatus.Input.$Properties[]|null);
                writtenMs?: (Long|null);
                notices?: (string[]|null);
                restarted?: (atoll.v1.ServiceStatus.Restarted.$Properties|null);
                healthUrl?: (string|null);
                progress?: (string|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.ServiceStatus.$Properties;
            enum Phase {
                PHASE_UNSPECIFIED = 0,
                STARTING = 1,
                STANDBY = 2,
                RUNNING = 3,
                WAITING = 4,
                STOPPING = 5
            }
            interface IWait extends atoll.v1.ServiceStatus.Wait.$Properties {
            }
            class Wait {
                constructor(properties?: atoll.v1.ServiceStatus.Wait.$Properties);
                $unknowns?: Uint8Array[];
                what: string;
                sinceMs: Long;
                next: string;
                on: string;
                static encode(message: atoll.v1.ServiceStatus.Wait.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ServiceStatus.Wait & atoll.v1.ServiceStatus.Wait.$Shape;
            }
            namespace Wait {
                interface $Properties {
                    what?: (string|null);
                    sinceMs?: (Long|null);
                    next?: (string|null);
                    on?: (string|null);
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.ServiceStatus.Wait.$Properties;
            }
            interface IInput extends atoll.v1.ServiceStatus.Input.$Properties {
            }
            class Input {
                constructor(properties?: atoll.v1.ServiceStatus.Input.$Properties);
                $unknowns?: Uint8Array[];
                name: string;
                ageMs?: (Long|null);
                static encode(message: atoll.v1.ServiceStatus.Input.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ServiceStatus.Input & atoll.v1.ServiceStatus.Input.$Shape;
            }
            namespace Input {
                interface $Properties {
                    name?: (string|null);
                    ageMs?: (Long|null);
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.ServiceStatus.Input.$Properties;
            }
            interface IRestarted extends atoll.v1.ServiceStatus.Restarted.$Properties {
            }
            class Restarted {
                constructor(properties?: atoll.v1.ServiceStatus.Restarted.$Properties);
                $unknowns?: Uint8Array[];
                reason: string;
                failures: number;
                lastMs: Long;
                static encode(message: atoll.v1.ServiceStatus.Restarted.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ServiceStatus.Restarted & atoll.v1.ServiceStatus.Restarted.$Shape;
            }
            namespace Restarted {
                interface $Properties {
                    reason?: (string|null);
                    failures?: (number|null);
                    lastMs?: (Long|null);
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.ServiceStatus.Restarted.$Properties;
            }
        }
        interface IL1Heads extends atoll.v1.L1Heads.$Properties {
        }
        class L1Heads {
            constructor(properties?: atoll.v1.L1Heads.$Properties);
            $unknowns?: Uint8Array[];
            head?: (atoll.v1.L1BlockRef.$Properties|null);
            safe?: (atoll.v1.L1BlockRef.$Properties|null);
            finalized?: (atoll.v1.L1BlockRef.$Properties|null);
            static encode(message: atoll.v1.L1Heads.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.L1Heads & atoll.v1.L1Heads.$Shape;
        }
        namespace L1Heads {
            interface $Properties {
                head?: (atoll.v1.L1BlockRef.$Properties|null);
                safe?: (atoll.v1.L1BlockRef.$Properties|null);
                finalized?: (atoll.v1.L1BlockRef.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.L1Heads.$Properties;
        }
        interface ISystemConfigUpdate extends atoll.v1.SystemConfigUpdate.$Properties {
        }
        class SystemConfigUpdate {
            constructor(properties?: atoll.v1.SystemConfigUpdate.$Properties);
            $unknowns?: Uint8Array[];
            at?: (atoll.v1.L1BlockRef.$Properties|null);
            unsafeBlockSigner: Uint8Array;
            static encode(message: atoll.v1.SystemConfigUpdate.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.SystemConfigUpdate & atoll.v1.SystemConfigUpdate.$Shape;
        }
        namespace SystemConfigUpdate {
            interface $Properties {
                at?: (atoll.v1.L1BlockRef.$Properties|null);
                unsafeBlockSigner?: (Uint8Array|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.SystemConfigUpdate.$Properties;
        }
        interface IFetchL1BlockRequest extends atoll.v1.FetchL1BlockRequest.$Properties {
        }
        class FetchL1BlockRequest {
            constructor(properties?: atoll.v1.FetchL1BlockRequest.$Properties);
            $unknowns?: Uint8Array[];
            number?: (Long|null);
            hash?: (Uint8Array|null);
            parentHash?: (Uint8Array|null);
            batcherAddress: Uint8Array;
            block?: ("number"|"hash");
            static encode(message: atoll.v1.FetchL1BlockRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FetchL1BlockRequest & atoll.v1.FetchL1BlockRequest.$Shape;
        }
        namespace FetchL1BlockRequest {
            interface $Properties {
                number?: (Long|null);
                hash?: (Uint8Array|null);
                parentHash?: (Uint8Array|null);
                batcherAddress?: (Uint8Array|null);
                block?: ("number"|"hash");
                $unknowns?: Uint8Array[];
            }
            type $Shape = {
              number?: Long|null;
              hash?: Uint8Array|null;
              parentHash?: Uint8Array|null;
              batcherAddress?: Uint8Array|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ block?: undefined; number?: null; hash?: null }|{ block?: "number"; number: Long; hash?: null }|{ block?: "hash"; number?: null; hash: Uint8Array })
            );
        }
        interface IFetchL1BlockResponse extends atoll.v1.FetchL1BlockResponse.$Properties {
        }
        class FetchL1BlockResponse {
            constructor(properties?: atoll.v1.FetchL1BlockResponse.$Properties);
            $unknowns?: Uint8Array[];
            block?: (atoll.v1.L1Block.$Properties|null);
            notFound?: (atoll.v1.FetchL1BlockResponse.NotFound.$Properties|null);
            reorged?: (atoll.v1.L1BlockRef.$Properties|null);
            outcome?: ("block"|"notFound"|"reorged");
            static encode(message: atoll.v1.FetchL1BlockResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FetchL1BlockResponse & atoll.v1.FetchL1BlockResponse.$Shape;
        }
        namespace FetchL1BlockResponse {
            interface $Properties {
                block?: (atoll.v1.L1Block.$Properties|null);
                notFound?: (atoll.v1.FetchL1BlockResponse.NotFound.$Properties|null);
                reorged?: (atoll.v1.L1BlockRef.$Properties|null);
                outcome?: ("block"|"notFound"|"reorged");
                $unknowns?: Uint8Array[];
            }
            type $Shape = {
              block?: atoll.v1.L1Block.$Shape|null;
              notFound?: atoll.v1.FetchL1BlockResponse.NotFound.$Shape|null;
              reorged?: atoll.v1.L1BlockRef.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ outcome?: undefined; block?: null; notFound?: null; reorged?: null }|{ outcome?: "block"; block: atoll.v1.L1Block.$Shape; notFound?: null; reorged?: null }|{ outcome?: "notFound"; block?: null; notFound: atoll.v1.FetchL1BlockResponse.NotFound.$Shape; reorged?: null }|{ outcome?: "reorged"; block?: null; notFound?: null; reorged: atoll.v1.L1BlockRef.$Shape })
            );
            interface INotFound extends atoll.v1.FetchL1BlockResponse.NotFound.$Properties {
            }
            class NotFound {
                constructor(properties?: atoll.v1.FetchL1BlockResponse.NotFound.$Properties);
                $unknowns?: Uint8Array[];
                static encode(message: atoll.v1.FetchL1BlockResponse.NotFound.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FetchL1BlockResponse.NotFound & atoll.v1.FetchL1BlockResponse.NotFound.$Shape;
            }
            namespace NotFound {
                interface $Properties {
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.FetchL1BlockResponse.NotFound.$Properties;
            }
        }
        interface IL1Block extends atoll.v1.L1Block.$Properties {
        }
        class L1Block {
            constructor(properties?: atoll.v1.L1Block.$Properties);
            $unknowns?: Uint8Array[];
            ref?: (atoll.v1.L1BlockRef.$Properties|null);
            prevRandao: Uint8Array;
            baseFee: Uint8Array;
            excessBlobGas?: (Long|null);
            parentBeaconBlockRoot?: (Uint8Array|null);
            logs: atoll.v1.L1Log.$Properties[];
            inboxTransactions: atoll.v1.InboxTransaction.$Properties[];
            static encode(message: atoll.v1.L1Block.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.L1Block & atoll.v1.L1Block.$Shape;
        }
        namespace L1Block {
            interface $Properties {
                ref?: (atoll.v1.L1BlockRef.$Properties|null);
                prevRandao?: (Uint8Array|null);
                baseFee?: (Uint8Array|null);
                excessBlobGas?: (Long|null);
                parentBeaconBlockRoot?: (Uint8Array|null);
                logs?: (atoll.v1.L1Log.$Properties[]|null);
                inboxTransactions?: (atoll.v1.InboxTransaction.$Properties[]|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.L1Block.$Properties;
        }
        interface IL1Log extends atoll.v1.L1Log.$Properties {
        }
        class L1Log {
            constructor(properties?: atoll.v1.L1Log.$Properties);
            $unknowns?: Uint8Array[];
            address: Uint8Array;
            topics: Uint8Array[];
            data: Uint8Array;
            index: number;
            static encode(message: atoll.v1.L1Log.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.L1Log & atoll.v1.L1Log.$Shape;
        }
        namespace L1Log {
            interface $Properties {
                address?: (Uint8Array|null);
                topics?: (Uint8Array[]|null);
                data?: (Uint8Array|null);
                index?: (number|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.L1Log.$Properties;
        }
        interface IInboxTransaction extends atoll.v1.InboxTransaction.$Properties {
        }
        class InboxTransaction {
            constructor(properties?: atoll.v1.InboxTransaction.$Properties);
            $unknowns?: Uint8Array[];
            hash: Uint8Array;
            type: number;
            sender: Uint8Array;
            data: Uint8Array;
            blobs: atoll.v1.InboxBlob.$Properties[];
            static encode(message: atoll.v1.InboxTransaction.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.InboxTransaction & atoll.v1.InboxTransaction.$Shape;
        }
        namespace InboxTransaction {
            interface $Properties {
                hash?: (Uint8Array|null);
                type?: (number|null);
                sender?: (Uint8Array|null);
                data?: (Uint8Array|null);
                blobs?: (atoll.v1.InboxBlob.$Properties[]|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.InboxTransaction.$Properties;
        }
        interface IInboxBlob extends atoll.v1.InboxBlob.$Properties {
        }
        class InboxBlob {
            constructor(properties?: atoll.v1.InboxBlob.$Properties);
            $unknowns?: Uint8Array[];
            versionedHash: Uint8Array;
            data?: (Uint8Array|null);
            static encode(message: atoll.v1.InboxBlob.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.InboxBlob & atoll.v1.InboxBlob.$Shape;
        }
        namespace InboxBlob {
            interface $Properties {
                versionedHash?: (Uint8Array|null);
                data?: (Uint8Array|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.InboxBlob.$Properties;
        }
        interface IDerivationTargets extends atoll.v1.DerivationTargets.$Properties {
        }
        class DerivationTargets {
            constructor(properties?: atoll.v1.DerivationTargets.$Properties);
            $unknowns?: Uint8Array[];
            finalized?: (atoll.v1.BlockId.$Properties|null);
            currentL1?: (atoll.v1.L1BlockRef.$Properties|null);
            generation: Long;
            version: Long;
            static encode(message: atoll.v1.DerivationTargets.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.DerivationTargets & atoll.v1.DerivationTargets.$Shape;
        }
        namespace DerivationTargets {
            interface $Properties {
                finalized?: (atoll.v1.BlockId.$Properties|null);
                currentL1?: (atoll.v1.L1BlockRef.$Properties|null);
                generation?: (Long|null);
                version?: (Long|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.DerivationTargets.$Properties;
        }
        interface ISafeAt extends atoll.v1.SafeAt.$Properties {
        }
        class SafeAt {
            constructor(properties?: atoll.v1.SafeAt.$Properties);
            $unknowns?: Uint8Array[];
            l1?: (atoll.v1.BlockId.$Properties|null);
            safe?: (atoll.v1.BlockId.$Properties|null);
            generation: Long;
            static encode(message: atoll.v1.SafeAt.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.SafeAt & atoll.v1.SafeAt.$Shape;
        }
        namespace SafeAt {
            interface $Properties {
                l1?: (atoll.v1.BlockId.$Properties|null);
                safe?: (atoll.v1.BlockId.$Properties|null);
                generation?: (Long|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.SafeAt.$Properties;
        }
        interface ISafeHeadAtRequest extends atoll.v1.SafeHeadAtRequest.$Properties {
        }
        class SafeHeadAtRequest {
            constructor(properties?: atoll.v1.SafeHeadAtRequest.$Properties);
            $unknowns?: Uint8Array[];
            l1Number?: (Long|null);
            l2Number?: (Long|null);
            block?: ("l1Number"|"l2Number");
            static encode(message: atoll.v1.SafeHeadAtRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.SafeHeadAtRequest & atoll.v1.SafeHeadAtRequest.$Shape;
        }
        namespace SafeHeadAtRequest {
            interface $Properties {
                l1Number?: (Long|null);
                l2Number?: (Long|null);
                block?: ("l1Number"|"l2Number");
                $unknowns?: Uint8Array[];
            }
            type $Shape = {
              l1Number?: Long|null;
              l2Number?: Long|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ block?: undefined; l1Number?: null; l2Number?: null }|{ block?: "l1Number"; l1Number: Long; l2Number?: null }|{ block?: "l2Number"; l1Number?: null; l2Number: Long })
            );
        }
        interface ISafeHeadAtResponse extends atoll.v1.SafeHeadAtResponse.$Properties {
        }
        class SafeHeadAtResponse {
            constructor(properties?: atoll.v1.SafeHeadAtResponse.$Properties);
            $unknowns?: Uint8Array[];
            found?: (atoll.v1.SafeAt.$Properties|null);
            missing?: (atoll.v1.SafeHeadAtResponse.Missing|null);
            outcome?: ("found"|"missing");
            static encode(message: atoll.v1.SafeHeadAtResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.SafeHeadAtResponse & atoll.v1.SafeHeadAtResponse.$Shape;
        }
        namespace SafeHeadAtResponse {
            interface $Properties {
                found?: (atoll.v1.SafeAt.$Properties|null);
                missing?: (atoll.v1.SafeHeadAtResponse.Missing|null);
                outcome?: ("found"|"missing");
                $unknowns?: Uint8Array[];
            }
            type $Shape = {
              found?: atoll.v1.SafeAt.$Shape|null;
              missing?: atoll.v1.SafeHeadAtResponse.Missing|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ outcome?: undefined; found?: null; missing?: null }|{ outcome?: "found"; found: atoll.v1.SafeAt.$Shape; missing?: null }|{ outcome?: "missing"; found?: null; missing: atoll.v1.SafeHeadAtResponse.Missing })
            );
            enum Missing {
                MISSING_UNSPECIFIED = 0,
                NOT_YET = 1,
                TOO_OLD = 2
            }
        }
        interface IChainState extends atoll.v1.ChainState.$Properties {
        }
        class ChainState {
            constructor(properties?: atoll.v1.ChainState.$Properties);
            $unknowns?: Uint8Array[];
            generation: Long;
            version: Long;
            sequence: Long;
            outcome: atoll.v1.ChainState.Outcome;
            attributesDigest?: (Uint8Array|null);
            unsafe?: (atoll.v1.L2BlockRef.$Properties|null);
            safe?: (atoll.v1.L2BlockRef.$Properties|null);
            finalized?: (atoll.v1.L2BlockRef.$Properties|null);
            localSafe?: (atoll.v1.L2BlockRef.$Properties|null);
            pendingSafe?: (atoll.v1.L2BlockRef.$Properties|null);
            start?: (atoll.v1.ResetPoint.$Properties|null);
            sync: atoll.v1.ChainState.Sync;
            term: Long;
            instance: string;
            static encode(message: atoll.v1.ChainState.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ChainState & atoll.v1.ChainState.$Shape;
        }
        namespace ChainState {
            interface $Properties {
                generation?: (Long|null);
                version?: (Long|null);
                sequence?: (Long|null);
                outcome?: (atoll.v1.ChainState.Outcome|null);
                attributesDigest?: (Uint8Array|null);
                unsafe?: (atoll.v1.L2BlockRef.$Properties|null);
                safe?: (atoll.v1.L2BlockRef.$Properties|null);
                finalized?: (atoll.v1.L2BlockRef.$Properties|null);
                localSafe?: (atoll.v1.L2BlockRef.$Properties|null);
                pendingSafe?: (atoll.v1.L2BlockRef.$Properties|null);
                start?: (atoll.v1.ResetPoint.$Properties|null);
                sync?: (atoll.v1.ChainState.Sync|null);
                term?: (Long|null);
                instance?: (string|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.ChainState.$Properties;
            enum Outcome {
                OUTCOME_UNSPECIFIED = 0,
                STARTED = 1,
                CONSOLIDATED = 2,
                BUILT = 3,
                REPLACED = 4,
                DROPPED = 5
            }
            enum Sync {
                SYNC_UNSPECIFIED = 0,
                READY = 1,
                EL_SYNCING = 2,
                EL_SYNCED = 3
            }
        }
        interface IResetPoint extends atoll.v1.ResetPoint.$Properties {
        }
        class ResetPoint {
            constructor(properties?: atoll.v1.ResetPoint.$Properties);
            $unknowns?: Uint8Array[];
            safe?: (atoll.v1.L2BlockRef.$Properties|null);
            l1Origin?: (atoll.v1.L1BlockRef.$Properties|null);
            systemConfig?: (atoll.v1.SystemConfig.$Properties|null);
            static encode(message: atoll.v1.ResetPoint.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ResetPoint & atoll.v1.ResetPoint.$Shape;
        }
        namespace ResetPoint {
            interface $Properties {
                safe?: (atoll.v1.L2BlockRef.$Properties|null);
                l1Origin?: (atoll.v1.L1BlockRef.$Properties|null);
                systemConfig?: (atoll.v1.SystemConfig.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.ResetPoint.$Properties;
        }
        interface IPayloadAttributes extends atoll.v1.PayloadAttributes.$Properties {
        }
        class PayloadAttributes {
            constructor(properties?: atoll.v1.PayloadAttributes.$Properties);
            $unknowns?: Uint8Array[];
            timestamp: Long;
            prevRandao: Uint8Array;
            suggestedFeeRecipient: Uint8Array;
            withdrawals: boolean;
            parentBeaconBlockRoot?: (Uint8Array|null);
            transactions: Uint8Array[];
            noTxPool: boolean;
            gasLimit: Long;
            eip1559Params?: (Uint8Array|null);
            minBaseFee?: (Long|null);
            static encode(message: atoll.v1.PayloadAttributes.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.PayloadAttributes & atoll.v1.PayloadAttributes.$Shape;
        }
        namespace PayloadAttributes {
            interface $Properties {
                timestamp?: (Long|null);
                prevRandao?: (Uint8Array|null);
                suggestedFeeRecipient?: (Uint8Array|null);
                withdrawals?: (boolean|null);
                parentBeaconBlockRoot?: (Uint8Array|null);
                transactions?: (Uint8Array[]|null);
                noTxPool?: (boolean|null);
                gasLimit?: (Long|null);
                eip1559Params?: (Uint8Array|null);
                minBaseFee?: (Long|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.PayloadAttributes.$Properties;
        }
        interface IApplyAttributesRequest extends atoll.v1.ApplyAttributesRequest.$Properties {
        }
        class ApplyAttributesRequest {
            constructor(properties?: atoll.v1.ApplyAttributesRequest.$Properties);
            $unknowns?: Uint8Array[];
            generation: Long;
            sequence: Long;
            parent?: (atoll.v1.L2BlockRef.$Properties|null);
            attributes?: (atoll.v1.PayloadAttributes.$Properties|null);
            derivedFrom?: (atoll.v1.L1BlockRef.$Properties|null);
            concludesBatch: boolean;
            static encode(message: atoll.v1.ApplyAttributesRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ApplyAttributesRequest & atoll.v1.ApplyAttributesRequest.$Shape;
        }
        namespace ApplyAttributesRequest {
            interface $Properties {
                generation?: (Long|null);
                sequence?: (Long|null);
                parent?: (atoll.v1.L2BlockRef.$Properties|null);
                attributes?: (atoll.v1.PayloadAttributes.$Properties|null);
                derivedFrom?: (atoll.v1.L1BlockRef.$Properties|null);
                concludesBatch?: (boolean|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.ApplyAttributesRequest.$Properties;
        }
        interface IApplyAttributesResponse extends atoll.v1.ApplyAttributesResponse.$Properties {
        }
        class ApplyAttributesResponse {
            constructor(properties?: atoll.v1.ApplyAttributesResponse.$Properties);
            $unknowns?: Uint8Array[];
            accepted?: (atoll.v1.ApplyAttributesResponse.Accepted.$Properties|null);
            refused?: (atoll.v1.ApplyAttributesResponse.Refused.$Properties|null);
            outcome?: ("accepted"|"refused");
            static encode(message: atoll.v1.ApplyAttributesResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ApplyAttributesResponse & atoll.v1.ApplyAttributesResponse.$Shape;
        }
        namespace ApplyAttributesResponse {
            interface $Properties {
                accepted?: (atoll.v1.ApplyAttributesResponse.Accepted.$Properties|null);
                refused?: (atoll.v1.ApplyAttributesResponse.Refused.$Properties|null);
                outcome?: ("accepted"|"refused");
                $unknowns?: Uint8Array[];
            }
            type $Shape = {
              accepted?: atoll.v1.ApplyAttributesResponse.Accepted.$Shape|null;
              refused?: atoll.v1.ApplyAttributesResponse.Refused.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ outcome?: undefined; accepted?: null; refused?: null }|{ outcome?: "accepted"; accepted: atoll.v1.ApplyAttributesResponse.Accepted.$Shape; refused?: null }|{ outcome?: "refused"; accepted?: null; refused: atoll.v1.ApplyAttributesResponse.Refused.$Shape })
            );
            interface IAccepted extends atoll.v1.ApplyAttributesResponse.Accepted.$Properties {
            }
            class Accepted {
                constructor(properties?: atoll.v1.ApplyAttributesResponse.Accepted.$Properties);
                $unknowns?: Uint8Array[];
                static encode(message: atoll.v1.ApplyAttributesResponse.Accepted.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ApplyAttributesResponse.Accepted & atoll.v1.ApplyAttributesResponse.Accepted.$Shape;
            }
            namespace Accepted {
                interface $Properties {
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.ApplyAttributesResponse.Accepted.$Properties;
            }
            interface IRefused extends atoll.v1.ApplyAttributesResponse.Refused.$Properties {
            }
            class Refused {
                constructor(properties?: atoll.v1.ApplyAttributesResponse.Refused.$Properties);
                $unknowns?: Uint8Array[];
                generation: Long;
                static encode(message: atoll.v1.ApplyAttributesResponse.Refused.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ApplyAttributesResponse.Refused & atoll.v1.ApplyAttributesResponse.Refused.$Shape;
            }
            namespace Refused {
                interface $Properties {
                    generation?: (Long|null);
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.ApplyAttributesResponse.Refused.$Properties;
            }
        }
        interface IResetRequest extends atoll.v1.ResetRequest.$Properties {
        }
        class ResetRequest {
            constructor(properties?: atoll.v1.ResetRequest.$Properties);
            $unknowns?: Uint8Array[];
            generation: Long;
            reason: atoll.v1.ResetRequest.Reason;
            safe?: (atoll.v1.BlockId.$Properties|null);
            static encode(message: atoll.v1.ResetRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ResetRequest & atoll.v1.ResetRequest.$Shape;
        }
        namespace ResetRequest {
            interface $Properties {
                generation?: (Long|null);
                reason?: (atoll.v1.ResetRequest.Reason|null);
                safe?: (atoll.v1.BlockId.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.ResetRequest.$Properties;
            enum Reason {
                REASON_UNSPECIFIED = 0,
                L1_REORG = 1,
                INVALID_PAYLOAD = 2,
                OPERATOR = 3,
                HISTORY = 4,
                UNKNOWN_INCLUSION = 5,
                ENGINE_BEHIND = 6,
                L1_PARENT_HASH = 7,
                L1_TIMESTAMP = 8,
                PARENT_HASH = 9,
                TIMESTAMP = 10,
                EPOCH = 11,
                EPOCH_OF_OTHER_CHAIN = 12
            }
        }
        interface IResetResponse extends atoll.v1.ResetResponse.$Properties {
        }
        class ResetResponse {
            constructor(properties?: atoll.v1.ResetResponse.$Properties);
            $unknowns?: Uint8Array[];
            generation: Long;
            static encode(message: atoll.v1.ResetResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ResetResponse & atoll.v1.ResetResponse.$Shape;
        }
        namespace ResetResponse {
            interface $Properties {
                generation?: (Long|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.ResetResponse.$Properties;
        }
        interface IFetchL2BlockRequest extends atoll.v1.FetchL2BlockRequest.$Properties {
        }
        class FetchL2BlockRequest {
            constructor(properties?: atoll.v1.FetchL2BlockRequest.$Properties);
            $unknowns?: Uint8Array[];
            number?: (Long|null);
            hash?: (Uint8Array|null);
            label?: (atoll.v1.FetchL2BlockRequest.Label|null);
            part: atoll.v1.FetchL2BlockRequest.Part;
            block?: ("number"|"hash"|"label");
            static encode(message: atoll.v1.FetchL2BlockRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FetchL2BlockRequest & atoll.v1.FetchL2BlockRequest.$Shape;
        }
        namespace FetchL2BlockRequest {
            interface $Properties {
                number?: (Long|null);
                hash?: (Uint8Array|null);
                label?: (atoll.v1.FetchL2BlockRequest.Label|null);
                part?: (atoll.v1.FetchL2BlockRequest.Part|null);
                block?: ("number"|"hash"|"label");
                $unknowns?: Uint8Array[];
            }
            type $Shape = {
              number?: Long|null;
              hash?: Uint8Array|null;
              label?: atoll.v1.FetchL2BlockRequest.Label|null;
              part?: atoll.v1.FetchL2BlockRequest.Part|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ block?: undefined; number?: null; hash?: null; label?: null }|{ block?: "number"; number: Long; hash?: null; label?: null }|{ block?: "hash"; number?: null; hash: Uint8Array; label?: null }|{ block?: "label"; number?: null; hash?: null; label: atoll.v1.FetchL2BlockRequest.Label })
            );
            enum Label {
                LABEL_UNSPECIFIED = 0,
                UNSAFE = 1,
                SAFE = 2,
                FINALIZED = 3
            }
            enum Part {
                PART_UNSPECIFIED = 0,
                REF = 1,
                HEADER = 2,
                PAYLOAD = 3,
                ACCOUNT_PROOF = 4
            }
        }
        interface IFetchL2BlockResponse extends atoll.v1.FetchL2BlockResponse.$Properties {
        }
        class FetchL2BlockResponse {
            constructor(properties?: atoll.v1.FetchL2BlockResponse.$Properties);
            $unknowns?: Uint8Array[];
            generation: Long;
            found?: (atoll.v1.FetchL2BlockResponse.Found.$Properties|null);
            notFound?: (atoll.v1.FetchL2BlockResponse.NotFound.$Properties|null);
            outcome?: ("found"|"notFound");
            static encode(message: atoll.v1.FetchL2BlockResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FetchL2BlockResponse & atoll.v1.FetchL2BlockResponse.$Shape;
        }
        namespace FetchL2BlockResponse {
            interface $Properties {
                generation?: (Long|null);
                found?: (atoll.v1.FetchL2BlockResponse.Found.$Properties|null);
                notFound?: (atoll.v1.FetchL2BlockResponse.NotFound.$Properties|null);
                outcome?: ("found"|"notFound");
                $unknowns?: Uint8Array[];
            }
            type $Shape = {
              generation?: Long|null;
              found?: atoll.v1.FetchL2BlockResponse.Found.$Shape|null;
              notFound?: atoll.v1.FetchL2BlockResponse.NotFound.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ outcome?: undefined; found?: null; notFound?: null }|{ outcome?: "found"; found: atoll.v1.FetchL2BlockResponse.Found.$Shape; notFound?: null }|{ outcome?: "notFound"; found?: null; notFound: atoll.v1.FetchL2BlockResponse.NotFound.$Shape })
            );
            interface IFound extends atoll.v1.FetchL2BlockResponse.Found.$Properties {
            }
            class Found {
                constructor(properties?: atoll.v1.FetchL2BlockResponse.Found.$Properties);
                $unknowns?: Uint8Array[];
                ref?: (atoll.v1.L2BlockRef.$Properties|null);
                header?: (atoll.v1.PayloadHeader.$Properties|null);
                payload?: (atoll.v1.Payload.$Properties|null);
                accountProof?: (atoll.v1.AccountProof.$Properties|null);
                part?: ("header"|"payload"|"accountProof");
                static encode(message: atoll.v1.FetchL2BlockResponse.Found.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FetchL2BlockResponse.Found & atoll.v1.FetchL2BlockResponse.Found.$Shape;
            }
            namespace Found {
                interface $Properties {
                    ref?: (atoll.v1.L2BlockRef.$Properties|null);
                    header?: (atoll.v1.PayloadHeader.$Properties|null);
                    payload?: (atoll.v1.Payload.$Properties|null);
                    accountProof?: (atoll.v1.AccountProof.$Properties|null);
                    part?: ("header"|"payload"|"accountProof");
                    $unknowns?: Uint8Array[];
                }
                type $Shape = {
                  ref?: atoll.v1.L2BlockRef.$Shape|null;
                  header?: atoll.v1.PayloadHeader.$Shape|null;
                  payload?: atoll.v1.Payload.$Shape|null;
                  accountProof?: atoll.v1.AccountProof.$Shape|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ part?: undefined; header?: null; payload?: null; accountProof?: null }|{ part?: "header"; header: atoll.v1.PayloadHeader.$Shape; payload?: null; accountProof?: null }|{ part?: "payload"; header?: null; payload: atoll.v1.Payload.$Shape; accountProof?: null }|{ part?: "accountProof"; header?: null; payload?: null; accountProof: atoll.v1.AccountProof.$Shape })
                );
            }
            interface INotFound extends atoll.v1.FetchL2BlockResponse.NotFound.$Properties {
            }
            class NotFound {
                constructor(properties?: atoll.v1.FetchL2BlockResponse.NotFound.$Properties);
                $unknowns?: Uint8Array[];
                static encode(message: atoll.v1.FetchL2BlockResponse.NotFound.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FetchL2BlockResponse.NotFound & atoll.v1.FetchL2BlockResponse.NotFound.$Shape;
            }
            namespace NotFound {
                interface $Properties {
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.FetchL2BlockResponse.NotFound.$Properties;
            }
        }
        interface IPayloadHeader extends atoll.v1.PayloadHeader.$Properties {
        }
        class PayloadHeader {
            constructor(properties?: atoll.v1.PayloadHeader.$Properties);
            $unknowns?: Uint8Array[];
            blockHash: Uint8Array;
            parentHash: Uint8Array;
            feeRecipient: Uint8Array;
            stateRoot: Uint8Array;
            receiptsRoot: Uint8Array;
            logsBloom: Uint8Array;
            prevRandao: Uint8Array;
            number: Long;
            gasLimit: Long;
            gasUsed: Long;
            timestamp: Long;
            extraData: Uint8Array;
            baseFeePerGas: Uint8Array;
            withdrawals: boolean;
            blobGasUsed?: (Long|null);
            excessBlobGas?: (Long|null);
            parentBeaconBlockRoot?: (Uint8Array|null);
            withdrawalsRoot?: (Uint8Array|null);
            static encode(message: atoll.v1.PayloadHeader.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.PayloadHeader & atoll.v1.PayloadHeader.$Shape;
        }
        namespace PayloadHeader {
            interface $Properties {
                blockHash?: (Uint8Array|null);
                parentHash?: (Uint8Array|null);
                feeRecipient?: (Uint8Array|null);
                stateRoot?: (Uint8Array|null);
                receiptsRoot?: (Uint8Array|null);
                logsBloom?: (Uint8Array|null);
                prevRandao?: (Uint8Array|null);
                number?: (Long|null);
                gasLimit?: (Long|null);
                gasUsed?: (Long|null);
                timestamp?: (Long|null);
                extraData?: (Uint8Array|null);
                baseFeePerGas?: (Uint8Array|null);
                withdrawals?: (boolean|null);
                blobGasUsed?: (Long|null);
                excessBlobGas?: (Long|null);
                parentBeaconBlockRoot?: (Uint8Array|null);
                withdrawalsRoot?: (Uint8Array|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.PayloadHeader.$Properties;
        }
        interface IRefusedPayload extends atoll.v1.RefusedPayload.$Properties {
        }
        class RefusedPayload {
            constructor(properties?: atoll.v1.RefusedPayload.$Properties);
            $unknowns?: Uint8Array[];
            block?: (atoll.v1.BlockId.$Properties|null);
            static encode(message: atoll.v1.RefusedPayload.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.RefusedPayload & atoll.v1.RefusedPayload.$Shape;
        }
        namespace RefusedPayload {
            interface $Properties {
                block?: (atoll.v1.BlockId.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.RefusedPayload.$Properties;
        }
        interface IPayload extends atoll.v1.Payload.$Properties {
        }
        class Payload {
            constructor(properties?: atoll.v1.Payload.$Properties);
            $unknowns?: Uint8Array[];
            header?: (atoll.v1.PayloadHeader.$Properties|null);
            transactions: Uint8Array[];
            static encode(message: atoll.v1.Payload.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.Payload & atoll.v1.Payload.$Shape;
        }
        namespace Payload {
            interface $Properties {
                header?: (atoll.v1.PayloadHeader.$Properties|null);
                transactions?: (Uint8Array[]|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.Payload.$Properties;
        }
        interface IAccountProof extends atoll.v1.AccountProof.$Properties {
        }
        class AccountProof {
            constructor(properties?: atoll.v1.AccountProof.$Properties);
            $unknowns?: Uint8Array[];
            stateRoot: Uint8Array;
            address: Uint8Array;
            storageHash: Uint8Array;
            codeHash: Uint8Array;
            nonce: Long;
            balance: Uint8Array;
            proof: Uint8Array[];
            static encode(message: atoll.v1.AccountProof.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.AccountProof & atoll.v1.AccountProof.$Shape;
        }
        namespace AccountProof {
            interface $Properties {
                stateRoot?: (Uint8Array|null);
                address?: (Uint8Array|null);
                storageHash?: (Uint8Array|null);
                codeHash?: (Uint8Array|null);
                nonce?: (Long|null);
                balance?: (Uint8Array|null);
                proof?: (Uint8Array[]|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.AccountProof.$Properties;
        }
        interface IPostPayloadRequest extends atoll.v1.PostPayloadRequest.$Properties {
        }
        class PostPayloadRequest {
            constructor(properties?: atoll.v1.PostPayloadRequest.$Properties);
            $unknowns?: Uint8Array[];
            payload?: (atoll.v1.Payload.$Properties|null);
            static encode(message: atoll.v1.PostPayloadRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.PostPayloadRequest & atoll.v1.PostPayloadRequest.$Shape;
        }
        namespace PostPayloadRequest {
            interface $Properties {
                payload?: (atoll.v1.Payload.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.PostPayloadRequest.$Properties;
        }
        interface IPostPayloadResponse extends atoll.v1.PostPayloadResponse.$Properties {
        }
        class PostPayloadResponse {
            constructor(properties?: atoll.v1.PostPayloadResponse.$Properties);
            $unknowns?: Uint8Array[];
            static encode(message: atoll.v1.PostPayloadResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.PostPayloadResponse & atoll.v1.PostPayloadResponse.$Shape;
        }
        namespace PostPayloadResponse {
            interface $Properties {
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.PostPayloadResponse.$Properties;
        }
        interface IStale extends atoll.v1.Stale.$Properties {
        }
        class Stale {
            constructor(properties?: atoll.v1.Stale.$Properties);
            $unknowns?: Uint8Array[];
            reason: string;
            static encode(message: atoll.v1.Stale.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.Stale & atoll.v1.Stale.$Shape;
        }
        namespace Stale {
            interface $Properties {
                reason?: (string|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.Stale.$Properties;
        }
        interface IStartBuildingRequest extends atoll.v1.StartBuildingRequest.$Properties {
        }
        class StartBuildingRequest {
            constructor(properties?: atoll.v1.StartBuildingRequest.$Properties);
            $unknowns?: Uint8Array[];
            generation: Long;
            parent?: (atoll.v1.BlockId.$Properties|null);
            attributes?: (atoll.v1.PayloadAttributes.$Properties|null);
            attempt: Long;
            flashblocks?: (atoll.v1.FlashblockTimes.$Properties|null);
            continues?: (Uint8Array|null);
            static encode(message: atoll.v1.StartBuildingRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.StartBuildingRequest & atoll.v1.StartBuildingRequest.$Shape;
        }
        namespace StartBuildingRequest {
            interface $Properties {
                generation?: (Long|null);
                parent?: (atoll.v1.BlockId.$Properties|null);
                attributes?: (atoll.v1.PayloadAttributes.$Properties|null);
                attempt?: (Long|null);
                flashblocks?: (atoll.v1.FlashblockTimes.$Properties|null);
                continues?: (Uint8Array|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.StartBuildingRequest.$Properties;
        }
        interface IFindPrefixRequest extends atoll.v1.FindPrefixRequest.$Properties {
        }
        class FindPrefixRequest {
            constructor(properties?: atoll.v1.FindPrefixRequest.$Properties);
            $unknowns?: Uint8Array[];
            generation: Long;
            parent?: (atoll.v1.BlockId.$Properties|null);
            static encode(message: atoll.v1.FindPrefixRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FindPrefixRequest & atoll.v1.FindPrefixRequest.$Shape;
        }
        namespace FindPrefixRequest {
            interface $Properties {
                generation?: (Long|null);
                parent?: (atoll.v1.BlockId.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.FindPrefixRequest.$Properties;
        }
        interface IFindPrefixResponse extends atoll.v1.FindPrefixResponse.$Properties {
        }
        class FindPrefixResponse {
            constructor(properties?: atoll.v1.FindPrefixResponse.$Properties);
            $unknowns?: Uint8Array[];
            prefix?: (atoll.v1.FindPrefixResponse.Prefix.$Properties|null);
            static encode(message: atoll.v1.FindPrefixResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FindPrefixResponse & atoll.v1.FindPrefixResponse.$Shape;
        }
        namespace FindPrefixResponse {
            interface $Properties {
                prefix?: (atoll.v1.FindPrefixResponse.Prefix.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.FindPrefixResponse.$Properties;
            interface IPrefix extends atoll.v1.FindPrefixResponse.Prefix.$Properties {
            }
            class Prefix {
                constructor(properties?: atoll.v1.FindPrefixResponse.Prefix.$Properties);
                $unknowns?: Uint8Array[];
                payloadId: Uint8Array;
                index: number;
                l1Origin?: (atoll.v1.BlockId.$Properties|null);
                epoch: Long;
                static encode(message: atoll.v1.FindPrefixResponse.Prefix.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FindPrefixResponse.Prefix & atoll.v1.FindPrefixResponse.Prefix.$Shape;
            }
            namespace Prefix {
                interface $Properties {
                    payloadId?: (Uint8Array|null);
                    index?: (number|null);
                    l1Origin?: (atoll.v1.BlockId.$Properties|null);
                    epoch?: (Long|null);
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.FindPrefixResponse.Prefix.$Properties;
            }
        }
        interface IFlashblockTimes extends atoll.v1.FlashblockTimes.$Properties {
        }
        class FlashblockTimes {
            constructor(properties?: atoll.v1.FlashblockTimes.$Properties);
            $unknowns?: Uint8Array[];
            intervalMs: number;
            sendOffsetMs: number;
            endBufferMs: number;
            epoch: Long;
            static encode(message: atoll.v1.FlashblockTimes.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FlashblockTimes & atoll.v1.FlashblockTimes.$Shape;
        }
        namespace FlashblockTimes {
            interface $Properties {
                intervalMs?: (number|null);
                sendOffsetMs?: (number|null);
                endBufferMs?: (number|null);
                epoch?: (Long|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.FlashblockTimes.$Properties;
        }
        interface IStartBuildingResponse extends atoll.v1.StartBuildingResponse.$Properties {
        }
        class StartBuildingResponse {
            constructor(properties?: atoll.v1.StartBuildingResponse.$Properties);
            $unknowns?: Uint8Array[];
            started?: (atoll.v1.StartBuildingResponse.Started.$Properties|null);
            stale?: (atoll.v1.Stale.$Properties|null);
            invalid?: (atoll.v1.StartBuildingResponse.Invalid.$Properties|null);
            outcome?: ("started"|"stale"|"invalid");
            static encode(message: atoll.v1.StartBuildingResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.StartBuildingResponse & atoll.v1.StartBuildingResponse.$Shape;
        }
        namespace StartBuildingResponse {
            interface $Properties {
                started?: (atoll.v1.StartBuildingResponse.Started.$Properties|null);
                stale?: (atoll.v1.Stale.$Properties|null);
                invalid?: (atoll.v1.StartBuildingResponse.Invalid.$Properties|null);
                outcome?: ("started"|"stale"|"invalid");
                $unknowns?: Uint8Array[];
            }
            type $Shape = {
              started?: atoll.v1.StartBuildingResponse.Started.$Shape|null;
              stale?: atoll.v1.Stale.$Shape|null;
              invalid?: atoll.v1.StartBuildingResponse.Invalid.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ outcome?: undefined; started?: null; stale?: null; invalid?: null }|{ outcome?: "started"; started: atoll.v1.StartBuildingResponse.Started.$Shape; stale?: null; invalid?: null }|{ outcome?: "stale"; started?: null; stale: atoll.v1.Stale.$Shape; invalid?: null }|{ outcome?: "invalid"; started?: null; stale?: null; invalid: atoll.v1.StartBuildingResponse.Invalid.$Shape })
            );
            interface IStarted extends atoll.v1.StartBuildingResponse.Started.$Properties {
            }
            class Started {
                constructor(properties?: atoll.v1.StartBuildingResponse.Started.$Properties);
                $unknowns?: Uint8Array[];
                payloadId: Uint8Array;
                static encode(message: atoll.v1.StartBuildingResponse.Started.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.StartBuildingResponse.Started & atoll.v1.StartBuildingResponse.Started.$Shape;
            }
            namespace Started {
                interface $Properties {
                    payloadId?: (Uint8Array|null);
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.StartBuildingResponse.Started.$Properties;
            }
            interface IInvalid extends atoll.v1.StartBuildingResponse.Invalid.$Properties {
            }
            class Invalid {
                constructor(properties?: atoll.v1.StartBuildingResponse.Invalid.$Properties);
                $unknowns?: Uint8Array[];
                reason: string;
                static encode(message: atoll.v1.StartBuildingResponse.Invalid.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.StartBuildingResponse.Invalid & atoll.v1.StartBuildingResponse.Invalid.$Shape;
            }
            namespace Invalid {
                interface $Properties {
                    reason?: (string|null);
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.StartBuildingResponse.Invalid.$Properties;
            }
        }
        interface ISealRequest extends atoll.v1.SealRequest.$Properties {
        }
        class SealRequest {
            constructor(properties?: atoll.v1.SealRequest.$Properties);
            $unknowns?: Uint8Array[];
            generation: Long;
            parent?: (atoll.v1.BlockId.$Properties|null);
            payloadId: Uint8Array;
            timestamp: Long;
            static encode(message: atoll.v1.SealRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.SealRequest & atoll.v1.SealRequest.$Shape;
        }
        namespace SealRequest {
            interface $Properties {
                generation?: (Long|null);
                parent?: (atoll.v1.BlockId.$Properties|null);
                payloadId?: (Uint8Array|null);
                timestamp?: (Long|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.SealRequest.$Properties;
        }
        interface ISealResponse extends atoll.v1.SealResponse.$Properties {
        }
        class SealResponse {
            constructor(properties?: atoll.v1.SealResponse.$Properties);
            $unknowns?: Uint8Array[];
            sealed?: (atoll.v1.Payload.$Properties|null);
            stale?: (atoll.v1.Stale.$Properties|null);
            unknownPayload?: (atoll.v1.SealResponse.UnknownPayload.$Properties|null);
            outcome?: ("sealed"|"stale"|"unknownPayload");
            static encode(message: atoll.v1.SealResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.SealResponse & atoll.v1.SealResponse.$Shape;
        }
        namespace SealResponse {
            interface $Properties {
                sealed?: (atoll.v1.Payload.$Properties|null);
                stale?: (atoll.v1.Stale.$Properties|null);
                unknownPayload?: (atoll.v1.SealResponse.UnknownPayload.$Properties|null);
                outcome?: ("sealed"|"stale"|"unknownPayload");
                $unknowns?: Uint8Array[];
            }
            type $Shape = {
              sealed?: atoll.v1.Payload.$Shape|null;
              stale?: atoll.v1.Stale.$Shape|null;
              unknownPayload?: atoll.v1.SealResponse.UnknownPayload.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ outcome?: undefined; sealed?: null; stale?: null; unknownPayload?: null }|{ outcome?: "sealed"; sealed: atoll.v1.Payload.$Shape; stale?: null; unknownPayload?: null }|{ outcome?: "stale"; sealed?: null; stale: atoll.v1.Stale.$Shape; unknownPayload?: null }|{ outcome?: "unknownPayload"; sealed?: null; stale?: null; unknownPayload: atoll.v1.SealResponse.UnknownPayload.$Shape })
            );
            interface IUnknownPayload extends atoll.v1.SealResponse.UnknownPayload.$Properties {
            }
            class UnknownPayload {
                constructor(properties?: atoll.v1.SealResponse.UnknownPayload.$Properties);
                $unknowns?: Uint8Array[];
                static encode(message: atoll.v1.SealResponse.UnknownPayload.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.SealResponse.UnknownPayload & atoll.v1.SealResponse.UnknownPayload.$Shape;
            }
            namespace UnknownPayload {
                interface $Properties {
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.SealResponse.UnknownPayload.$Properties;
            }
        }
        interface IInsertRequest extends atoll.v1.InsertRequest.$Properties {
        }
        class InsertRequest {
            constructor(properties?: atoll.v1.InsertRequest.$Properties);
            $unknowns?: Uint8Array[];
            generation: Long;
            payload?: (atoll.v1.Payload.$Properties|null);
            static encode(message: atoll.v1.InsertRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.InsertRequest & atoll.v1.InsertRequest.$Shape;
        }
        namespace InsertRequest {
            interface $Properties {
                generation?: (Long|null);
                payload?: (atoll.v1.Payload.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.InsertRequest.$Properties;
        }
        interface IInsertResponse extends atoll.v1.InsertResponse.$Properties {
        }
        class InsertResponse {
            constructor(properties?: atoll.v1.InsertResponse.$Properties);
            $unknowns?: Uint8Array[];
            inserted?: (atoll.v1.L2BlockRef.$Properties|null);
            stale?: (atoll.v1.Stale.$Properties|null);
            invalid?: (atoll.v1.InsertResponse.Invalid.$Properties|null);
            outcome?: ("inserted"|"stale"|"invalid");
            static encode(message: atoll.v1.InsertResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.InsertResponse & atoll.v1.InsertResponse.$Shape;
        }
        namespace InsertResponse {
            interface $Properties {
                inserted?: (atoll.v1.L2BlockRef.$Properties|null);
                stale?: (atoll.v1.Stale.$Properties|null);
                invalid?: (atoll.v1.InsertResponse.Invalid.$Properties|null);
                outcome?: ("inserted"|"stale"|"invalid");
                $unknowns?: Uint8Array[];
            }
            type $Shape = {
              inserted?: atoll.v1.L2BlockRef.$Shape|null;
              stale?: atoll.v1.Stale.$Shape|null;
              invalid?: atoll.v1.InsertResponse.Invalid.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ outcome?: undefined; inserted?: null; stale?: null; invalid?: null }|{ outcome?: "inserted"; inserted: atoll.v1.L2BlockRef.$Shape; stale?: null; invalid?: null }|{ outcome?: "stale"; inserted?: null; stale: atoll.v1.Stale.$Shape; invalid?: null }|{ outcome?: "invalid"; inserted?: null; stale?: null; invalid: atoll.v1.InsertResponse.Invalid.$Shape })
            );
            interface IInvalid extends atoll.v1.InsertResponse.Invalid.$Properties {
            }
            class Invalid {
                constructor(properties?: atoll.v1.InsertResponse.Invalid.$Properties);
                $unknowns?: Uint8Array[];
                reason: string;
                static encode(message: atoll.v1.InsertResponse.Invalid.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.InsertResponse.Invalid & atoll.v1.InsertResponse.Invalid.$Shape;
            }
            namespace Invalid {
                interface $Properties {
                    reason?: (string|null);
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.InsertResponse.Invalid.$Properties;
            }
        }
        interface IExecuteRequest extends atoll.v1.ExecuteRequest.$Properties {
        }
        class ExecuteRequest {
            constructor(properties?: atoll.v1.ExecuteRequest.$Properties);
            $unknowns?: Uint8Array[];
            generation: Long;
            payload?: (atoll.v1.Payload.$Properties|null);
            static encode(message: atoll.v1.ExecuteRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ExecuteRequest & atoll.v1.ExecuteRequest.$Shape;
        }
        namespace ExecuteRequest {
            interface $Properties {
                generation?: (Long|null);
                payload?: (atoll.v1.Payload.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.ExecuteRequest.$Properties;
        }
        interface IExecuteResponse extends atoll.v1.ExecuteResponse.$Properties {
        }
        class ExecuteResponse {
            constructor(properties?: atoll.v1.ExecuteResponse.$Properties);
            $unknowns?: Uint8Array[];
            valid?: (atoll.v1.ExecuteResponse.Valid.$Properties|null);
            stale?: (atoll.v1.Stale.$Properties|null);
            invalid?: (atoll.v1.ExecuteResponse.Invalid.$Properties|null);
            outcome?: ("valid"|"stale"|"invalid");
            static encode(message: atoll.v1.ExecuteResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ExecuteResponse & atoll.v1.ExecuteResponse.$Shape;
        }
        namespace ExecuteResponse {
            interface $Properties {
                valid?: (atoll.v1.ExecuteResponse.Valid.$Properties|null);
                stale?: (atoll.v1.Stale.$Properties|null);
                invalid?: (atoll.v1.ExecuteResponse.Invalid.$Properties|null);
                outcome?: ("valid"|"stale"|"invalid");
                $unknowns?: Uint8Array[];
            }
            type $Shape = {
              valid?: atoll.v1.ExecuteResponse.Valid.$Shape|null;
              stale?: atoll.v1.Stale.$Shape|null;
              invalid?: atoll.v1.ExecuteResponse.Invalid.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ outcome?: undefined; valid?: null; stale?: null; invalid?: null }|{ outcome?: "valid"; valid: atoll.v1.ExecuteResponse.Valid.$Shape; stale?: null; invalid?: null }|{ outcome?: "stale"; valid?: null; stale: atoll.v1.Stale.$Shape; invalid?: null }|{ outcome?: "invalid"; valid?: null; stale?: null; invalid: atoll.v1.ExecuteResponse.Invalid.$Shape })
            );
            interface IValid extends atoll.v1.ExecuteResponse.Valid.$Properties {
            }
            class Valid {
                constructor(properties?: atoll.v1.ExecuteResponse.Valid.$Properties);
                $unknowns?: Uint8Array[];
                static encode(message: atoll.v1.ExecuteResponse.Valid.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ExecuteResponse.Valid & atoll.v1.ExecuteResponse.Valid.$Shape;
            }
            namespace Valid {
                interface $Properties {
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.ExecuteResponse.Valid.$Properties;
            }
            interface IInvalid extends atoll.v1.ExecuteResponse.Invalid.$Properties {
            }
            class Invalid {
                constructor(properties?: atoll.v1.ExecuteResponse.Invalid.$Properties);
                $unknowns?: Uint8Array[];
                reason: string;
                static encode(message: atoll.v1.ExecuteResponse.Invalid.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ExecuteResponse.Invalid & atoll.v1.ExecuteResponse.Invalid.$Shape;
            }
            namespace Invalid {
                interface $Properties {
                    reason?: (string|null);
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.ExecuteResponse.Invalid.$Properties;
            }
        }
        interface IBuiltFlashblock extends atoll.v1.BuiltFlashblock.$Properties {
        }
        class BuiltFlashblock {
            constructor(properties?: atoll.v1.BuiltFlashblock.$Properties);
            $unknowns?: Uint8Array[];
            number: Long;
            flashblock?: (atoll.v1.Flashblock.$Properties|null);
            epoch: Long;
            static encode(message: atoll.v1.BuiltFlashblock.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.BuiltFlashblock & atoll.v1.BuiltFlashblock.$Shape;
        }
        namespace BuiltFlashblock {
            interface $Properties {
                number?: (Long|null);
                flashblock?: (atoll.v1.Flashblock.$Properties|null);
                epoch?: (Long|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.BuiltFlashblock.$Properties;
        }
        interface IFlashblock extends atoll.v1.Flashblock.$Properties {
        }
        class Flashblock {
            constructor(properties?: atoll.v1.Flashblock.$Properties);
            $unknowns?: Uint8Array[];
            payloadId: Uint8Array;
            index: number;
            base?: (atoll.v1.FlashblockBase.$Properties|null);
            diff?: (atoll.v1.FlashblockDiff.$Properties|null);
            static encode(message: atoll.v1.Flashblock.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.Flashblock & atoll.v1.Flashblock.$Shape;
        }
        namespace Flashblock {
            interface $Properties {
                payloadId?: (Uint8Array|null);
                index?: (number|null);
                base?: (atoll.v1.FlashblockBase.$Properties|null);
                diff?: (atoll.v1.FlashblockDiff.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.Flashblock.$Properties;
        }
        interface IFlashblockBase extends atoll.v1.FlashblockBase.$Properties {
        }
        class FlashblockBase {
            constructor(properties?: atoll.v1.FlashblockBase.$Properties);
            $unknowns?: Uint8Array[];
            parentBeaconBlockRoot: Uint8Array;
            parentHash: Uint8Array;
            feeRecipient: Uint8Array;
            prevRandao: Uint8Array;
            number: Long;
            gasLimit: Long;
            timestamp: Long;
            extraData: Uint8Array;
            baseFeePerGas: Uint8Array;
            static encode(message: atoll.v1.FlashblockBase.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FlashblockBase & atoll.v1.FlashblockBase.$Shape;
        }
        namespace FlashblockBase {
            interface $Properties {
                parentBeaconBlockRoot?: (Uint8Array|null);
                parentHash?: (Uint8Array|null);
                feeRecipient?: (Uint8Array|null);
                prevRandao?: (Uint8Array|null);
                number?: (Long|null);
                gasLimit?: (Long|null);
                timestamp?: (Long|null);
                extraData?: (Uint8Array|null);
                baseFeePerGas?: (Uint8Array|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.FlashblockBase.$Properties;
        }
        interface IFlashblockDiff extends atoll.v1.FlashblockDiff.$Properties {
        }
        class FlashblockDiff {
            constructor(properties?: atoll.v1.FlashblockDiff.$Properties);
            $unknowns?: Uint8Array[];
            stateRoot: Uint8Array;
            receiptsRoot: Uint8Array;
            logsBloom: Uint8Array;
            gasUsed: Long;
            blockHash: Uint8Array;
            transactions: Uint8Array[];
            withdrawalsRoot: Uint8Array;
            blobGasUsed?: (Long|null);
            postExecTransaction?: (Uint8Array|null);
            static encode(message: atoll.v1.FlashblockDiff.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FlashblockDiff & atoll.v1.FlashblockDiff.$Shape;
        }
        namespace FlashblockDiff {
            interface $Properties {
                stateRoot?: (Uint8Array|null);
                receiptsRoot?: (Uint8Array|null);
                logsBloom?: (Uint8Array|null);
                gasUsed?: (Long|null);
                blockHash?: (Uint8Array|null);
                transactions?: (Uint8Array[]|null);
                withdrawalsRoot?: (Uint8Array|null);
                blobGasUsed?: (Long|null);
                postExecTransaction?: (Uint8Array|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.FlashblockDiff.$Properties;
        }
        interface ICheckedFlashblock extends atoll.v1.CheckedFlashblock.$Properties {
        }
        class CheckedFlashblock {
            constructor(properties?: atoll.v1.CheckedFlashblock.$Properties);
            $unknowns?: Uint8Array[];
            payloadId: Uint8Array;
            index: number;
            blockHash: Uint8Array;
            peer: string;
            executed?: (atoll.v1.CheckedFlashblock.Executed.$Properties|null);
            stored?: (atoll.v1.CheckedFlashblock.Stored.$Properties|null);
            refused?: (atoll.v1.CheckedFlashblock.Refused.$Properties|null);
            outcome?: ("executed"|"stored"|"refused");
            static encode(message: atoll.v1.CheckedFlashblock.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.CheckedFlashblock & atoll.v1.CheckedFlashblock.$Shape;
        }
        namespace CheckedFlashblock {
            interface $Properties {
                payloadId?: (Uint8Array|null);
                index?: (number|null);
                blockHash?: (Uint8Array|null);
                peer?: (string|null);
                executed?: (atoll.v1.CheckedFlashblock.Executed.$Properties|null);
                stored?: (atoll.v1.CheckedFlashblock.Stored.$Properties|null);
                refused?: (atoll.v1.CheckedFlashblock.Refused.$Properties|null);
                outcome?: ("executed"|"stored"|"refused");
                $unknowns?: Uint8Array[];
            }
            type $Shape = {
              payloadId?: Uint8Array|null;
              index?: number|null;
              blockHash?: Uint8Array|null;
              peer?: string|null;
              executed?: atoll.v1.CheckedFlashblock.Executed.$Shape|null;
              stored?: atoll.v1.CheckedFlashblock.Stored.$Shape|null;
              refused?: atoll.v1.CheckedFlashblock.Refused.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ outcome?: undefined; executed?: null; stored?: null; refused?: null }|{ outcome?: "executed"; executed: atoll.v1.CheckedFlashblock.Executed.$Shape; stored?: null; refused?: null }|{ outcome?: "stored"; executed?: null; stored: atoll.v1.CheckedFlashblock.Stored.$Shape; refused?: null }|{ outcome?: "refused"; executed?: null; stored?: null; refused: atoll.v1.CheckedFlashblock.Refused.$Shape })
            );
            interface IExecuted extends atoll.v1.CheckedFlashblock.Executed.$Properties {
            }
            class Executed {
                constructor(properties?: atoll.v1.CheckedFlashblock.Executed.$Properties);
                $unknowns?: Uint8Array[];
                static encode(message: atoll.v1.CheckedFlashblock.Executed.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.CheckedFlashblock.Executed & atoll.v1.CheckedFlashblock.Executed.$Shape;
            }
            namespace Executed {
                interface $Properties {
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.CheckedFlashblock.Executed.$Properties;
            }
            interface IStored extends atoll.v1.CheckedFlashblock.Stored.$Properties {
            }
            class Stored {
                constructor(properties?: atoll.v1.CheckedFlashblock.Stored.$Properties);
                $unknowns?: Uint8Array[];
                static encode(message: atoll.v1.CheckedFlashblock.Stored.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.CheckedFlashblock.Stored & atoll.v1.CheckedFlashblock.Stored.$Shape;
            }
            namespace Stored {
                interface $Properties {
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.CheckedFlashblock.Stored.$Properties;
            }
            interface IRefused extends atoll.v1.CheckedFlashblock.Refused.$Properties {
            }
            class Refused {
                constructor(properties?: atoll.v1.CheckedFlashblock.Refused.$Properties);
                $unknowns?: Uint8Array[];
                reason: string;
                static encode(message: atoll.v1.CheckedFlashblock.Refused.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.CheckedFlashblock.Refused & atoll.v1.CheckedFlashblock.Refused.$Shape;
            }
            namespace Refused {
                interface $Properties {
                    reason?: (string|null);
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.CheckedFlashblock.Refused.$Properties;
            }
        }
        interface IReceivedFlashblock extends atoll.v1.ReceivedFlashblock.$Properties {
        }
        class ReceivedFlashblock {
            constructor(properties?: atoll.v1.ReceivedFlashblock.$Properties);
            $unknowns?: Uint8Array[];
            number: Long;
            flashblock?: (atoll.v1.Flashblock.$Properties|null);
            epoch: Long;
            peer: string;
            receivedMs: Long;
            proof?: (atoll.v1.FlashblockProof.$Properties|null);
            fromStream: boolean;
            static encode(message: atoll.v1.ReceivedFlashblock.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ReceivedFlashblock & atoll.v1.ReceivedFlashblock.$Shape;
        }
        namespace ReceivedFlashblock {
            interface $Properties {
                number?: (Long|null);
                flashblock?: (atoll.v1.Flashblock.$Properties|null);
                epoch?: (Long|null);
                peer?: (string|null);
                receivedMs?: (Long|null);
                proof?: (atoll.v1.FlashblockProof.$Properties|null);
                fromStream?: (boolean|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.ReceivedFlashblock.$Properties;
        }
        interface IFlashblockProof extends atoll.v1.FlashblockProof.$Properties {
        }
        class FlashblockProof {
            constructor(properties?: atoll.v1.FlashblockProof.$Properties);
            $unknowns?: Uint8Array[];
            authorization?: (atoll.v1.BuildAuthorization.$Properties|null);
            builder: string;
            signature: Uint8Array;
            static encode(message: atoll.v1.FlashblockProof.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FlashblockProof & atoll.v1.FlashblockProof.$Shape;
        }
        namespace FlashblockProof {
            interface $Properties {
                authorization?: (atoll.v1.BuildAuthorization.$Properties|null);
                builder?: (string|null);
                signature?: (Uint8Array|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.FlashblockProof.$Properties;
        }
        interface IBuilderFrame extends atoll.v1.BuilderFrame.$Properties {
        }
        class BuilderFrame {
            constructor(properties?: atoll.v1.BuilderFrame.$Properties);
            $unknowns?: Uint8Array[];
            hello?: (atoll.v1.BuilderFrame.Hello.$Properties|null);
            flashblock?: (atoll.v1.SentFlashblock.$Properties|null);
            acknowledgement?: (atoll.v1.Acknowledgement.$Properties|null);
            request?: (atoll.v1.FlashblockRequest.$Properties|null);
            answered?: (atoll.v1.BuilderFrame.Answered.$Properties|null);
            content?: ("hello"|"flashblock"|"acknowledgement"|"request"|"answered");
            static encode(message: atoll.v1.BuilderFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.BuilderFrame & atoll.v1.BuilderFrame.$Shape;
        }
        namespace BuilderFrame {
            interface $Properties {
                hello?: (atoll.v1.BuilderFrame.Hello.$Properties|null);
                flashblock?: (atoll.v1.SentFlashblock.$Properties|null);
                acknowledgement?: (atoll.v1.Acknowledgement.$Properties|null);
                request?: (atoll.v1.FlashblockRequest.$Properties|null);
                answered?: (atoll.v1.BuilderFrame.Answered.$Properties|null);
                content?: ("hello"|"flashblock"|"acknowledgement"|"request"|"answered");
                $unknowns?: Uint8Array[];
            }
            type $Shape = {
              hello?: atoll.v1.BuilderFrame.Hello.$Shape|null;
              flashblock?: atoll.v1.SentFlashblock.$Shape|null;
              acknowledgement?: atoll.v1.Acknowledgement.$Shape|null;
              request?: atoll.v1.FlashblockRequest.$Shape|null;
              answered?: atoll.v1.BuilderFrame.Answered.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ content?: undefined; hello?: null; flashblock?: null; acknowledgement?: null; request?: null; answered?: null }|{ content?: "hello"; hello: atoll.v1.BuilderFrame.Hello.$Shape; flashblock?: null; acknowledgement?: null; request?: null; answered?: null }|{ content?: "flashblock"; hello?: null; flashblock: atoll.v1.SentFlashblock.$Shape; acknowledgement?: null; request?: null; answered?: null }|{ content?: "acknowledgement"; hello?: null; flashblock?: null; acknowledgement: atoll.v1.Acknowledgement.$Shape; request?: null; answered?: null }|{ content?: "request"; hello?: null; flashblock?: null; acknowledgement?: null; request: atoll.v1.FlashblockRequest.$Shape; answered?: null }|{ content?: "answered"; hello?: null; flashblock?: null; acknowledgement?: null; request?: null; answered: atoll.v1.BuilderFrame.Answered.$Shape })
            );
            interface IHello extends atoll.v1.BuilderFrame.Hello.$Properties {
            }
            class Hello {
                constructor(properties?: atoll.v1.BuilderFrame.Hello.$Properties);
                $unknowns?: Uint8Array[];
                l2ChainId: Long;
                static encode(message: atoll.v1.BuilderFrame.Hello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.BuilderFrame.Hello & atoll.v1.BuilderFrame.Hello.$Shape;
            }
            namespace Hello {
                interface $Properties {
                    l2ChainId?: (Long|null);
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.BuilderFrame.Hello.$Properties;
            }
            interface IAnswered extends atoll.v1.BuilderFrame.Answered.$Properties {
            }
            class Answered {
                constructor(properties?: atoll.v1.BuilderFrame.Answered.$Properties);
                $unknowns?: Uint8Array[];
                id: Long;
                static encode(message: atoll.v1.BuilderFrame.Answered.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.BuilderFrame.Answered & atoll.v1.BuilderFrame.Answered.$Shape;
            }
            namespace Answered {
                interface $Properties {
                    id?: (Long|null);
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.BuilderFrame.Answered.$Properties;
            }
        }
        interface ISentFlashblock extends atoll.v1.SentFlashblock.$Properties {
        }
        class SentFlashblock {
            constructor(properties?: atoll.v1.SentFlashblock.$Properties);
            $unknowns?: Uint8Array[];
            number: Long;
            flashblock?: (atoll.v1.Flashblock.$Properties|null);
            previousLink: Uint8Array;
            proof?: (atoll.v1.FlashblockProof.$Properties|null);
            static encode(message: atoll.v1.SentFlashblock.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.SentFlashblock & atoll.v1.SentFlashblock.$Shape;
        }
        namespace SentFlashblock {
            interface $Properties {
                number?: (Long|null);
                flashblock?: (atoll.v1.Flashblock.$Properties|null);
                previousLink?: (Uint8Array|null);
                proof?: (atoll.v1.FlashblockProof.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.SentFlashblock.$Properties;
        }
        interface IBuildAuthorization extends atoll.v1.BuildAuthorization.$Properties {
        }
        class BuildAuthorization {
            constructor(properties?: atoll.v1.BuildAuthorization.$Properties);
            $unknowns?: Uint8Array[];
            l2ChainId: Long;
            parentHash: Uint8Array;
            number: Long;
            timestamp: Long;
            payloadId: Uint8Array;
            epoch: Long;
            builder: string;
            notAfterMs: Long;
            signature: Uint8Array;
            static encode(message: atoll.v1.BuildAuthorization.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.BuildAuthorization & atoll.v1.BuildAuthorization.$Shape;
        }
        namespace BuildAuthorization {
            interface $Properties {
                l2ChainId?: (Long|null);
                parentHash?: (Uint8Array|null);
                number?: (Long|null);
                timestamp?: (Long|null);
                payloadId?: (Uint8Array|null);
                epoch?: (Long|null);
                builder?: (string|null);
                notAfterMs?: (Long|null);
                signature?: (Uint8Array|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.BuildAuthorization.$Properties;
        }
        interface IAcknowledgement extends atoll.v1.Acknowledgement.$Properties {
        }
        class Acknowledgement {
            constructor(properties?: atoll.v1.Acknowledgement.$Properties);
            $unknowns?: Uint8Array[];
            payloadId: Uint8Array;
            index: number;
            blockHash: Uint8Array;
            status: atoll.v1.Acknowledgement.Status;
            reason: string;
            atMs: Long;
            static encode(message: atoll.v1.Acknowledgement.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.Acknowledgement & atoll.v1.Acknowledgement.$Shape;
        }
        namespace Acknowledgement {
            interface $Properties {
                payloadId?: (Uint8Array|null);
                index?: (number|null);
                blockHash?: (Uint8Array|null);
                status?: (atoll.v1.Acknowledgement.Status|null);
                reason?: (string|null);
                atMs?: (Long|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.Acknowledgement.$Properties;
            enum Status {
                STATUS_UNSPECIFIED = 0,
                RECEIVED = 1,
                EXECUTED = 2,
                REFUSED = 3
            }
        }
        interface IFlashblockRequest extends atoll.v1.FlashblockRequest.$Properties {
        }
        class FlashblockRequest {
            constructor(properties?: atoll.v1.FlashblockRequest.$Properties);
            $unknowns?: Uint8Array[];
            payloadId: Uint8Array;
            fromIndex: number;
            id: Long;
            leader?: (atoll.v1.BuildAuthorization.$Properties|null);
            static encode(message: atoll.v1.FlashblockRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FlashblockRequest & atoll.v1.FlashblockRequest.$Shape;
        }
        namespace FlashblockRequest {
            interface $Properties {
                payloadId?: (Uint8Array|null);
                fromIndex?: (number|null);
                id?: (Long|null);
                leader?: (atoll.v1.BuildAuthorization.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.FlashblockRequest.$Properties;
        }
        interface IFetchFlashblocksRequest extends atoll.v1.FetchFlashblocksRequest.$Properties {
        }
        class FetchFlashblocksRequest {
            constructor(properties?: atoll.v1.FetchFlashblocksRequest.$Properties);
            $unknowns?: Uint8Array[];
            parent?: (atoll.v1.BlockId.$Properties|null);
            timestamp: Long;
            epoch: Long;
            static encode(message: atoll.v1.FetchFlashblocksRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FetchFlashblocksRequest & atoll.v1.FetchFlashblocksRequest.$Shape;
        }
        namespace FetchFlashblocksRequest {
            interface $Properties {
                parent?: (atoll.v1.BlockId.$Properties|null);
                timestamp?: (Long|null);
                epoch?: (Long|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.FetchFlashblocksRequest.$Properties;
        }
        interface IFetchFlashblocksResponse extends atoll.v1.FetchFlashblocksResponse.$Properties {
        }
        class FetchFlashblocksResponse {
            constructor(properties?: atoll.v1.FetchFlashblocksResponse.$Properties);
            $unknowns?: Uint8Array[];
            answered: number;
            silent: string[];
            epoch: Long;
            static encode(message: atoll.v1.FetchFlashblocksResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FetchFlashblocksResponse & atoll.v1.FetchFlashblocksResponse.$Shape;
        }
        namespace FetchFlashblocksResponse {
            interface $Properties {
                answered?: (number|null);
                silent?: (string[]|null);
                epoch?: (Long|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.FetchFlashblocksResponse.$Properties;
        }
        interface IReceivedPayload extends atoll.v1.ReceivedPayload.$Properties {
        }
        class ReceivedPayload {
            constructor(properties?: atoll.v1.ReceivedPayload.$Properties);
            $unknowns?: Uint8Array[];
            payload?: (atoll.v1.Payload.$Properties|null);
            static encode(message: atoll.v1.ReceivedPayload.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ReceivedPayload & atoll.v1.ReceivedPayload.$Shape;
        }
        namespace ReceivedPayload {
            interface $Properties {
                payload?: (atoll.v1.Payload.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.ReceivedPayload.$Properties;
        }
        interface IPublishPayloadRequest extends atoll.v1.PublishPayloadRequest.$Properties {
        }
        class PublishPayloadRequest {
            constructor(properties?: atoll.v1.PublishPayloadRequest.$Properties);
            $unknowns?: Uint8Array[];
            payload?: (atoll.v1.Payload.$Properties|null);
            static encode(message: atoll.v1.PublishPayloadRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.PublishPayloadRequest & atoll.v1.PublishPayloadRequest.$Shape;
        }
        namespace PublishPayloadRequest {
            interface $Properties {
                payload?: (atoll.v1.Payload.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.PublishPayloadRequest.$Properties;
        }
        interface IPublishPayloadResponse extends atoll.v1.PublishPayloadResponse.$Properties {
        }
        class PublishPayloadResponse {
            constructor(properties?: atoll.v1.PublishPayloadResponse.$Properties);
            $unknowns?: Uint8Array[];
            peers: Long;
            wasPublished: boolean;
            static encode(message: atoll.v1.PublishPayloadResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.PublishPayloadResponse & atoll.v1.PublishPayloadResponse.$Shape;
        }
        namespace PublishPayloadResponse {
            interface $Properties {
                peers?: (Long|null);
                wasPublished?: (boolean|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.PublishPayloadResponse.$Properties;
        }
        interface ICheckSignerRequest extends atoll.v1.CheckSignerRequest.$Properties {
        }
        class CheckSignerRequest {
            constructor(properties?: atoll.v1.CheckSignerRequest.$Properties);
            $unknowns?: Uint8Array[];
            static encode(message: atoll.v1.CheckSignerRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.CheckSignerRequest & atoll.v1.CheckSignerRequest.$Shape;
        }
        namespace CheckSignerRequest {
            interface $Properties {
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.CheckSignerRequest.$Properties;
        }
        interface ICheckSignerResponse extends atoll.v1.CheckSignerResponse.$Properties {
        }
        class CheckSignerResponse {
            constructor(properties?: atoll.v1.CheckSignerResponse.$Properties);
            $unknowns?: Uint8Array[];
            problem: string;
            static encode(message: atoll.v1.CheckSignerResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.CheckSignerResponse & atoll.v1.CheckSignerResponse.$Shape;
        }
        namespace CheckSignerResponse {
            interface $Properties {
                problem?: (string|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.CheckSignerResponse.$Properties;
        }
        interface ISignAuthorizationRequest extends atoll.v1.SignAuthorizationRequest.$Properties {
        }
        class SignAuthorizationRequest {
            constructor(properties?: atoll.v1.SignAuthorizationRequest.$Properties);
            $unknowns?: Uint8Array[];
            authorization?: (atoll.v1.BuildAuthorization.$Properties|null);
            static encode(message: atoll.v1.SignAuthorizationRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.SignAuthorizationRequest & atoll.v1.SignAuthorizationRequest.$Shape;
        }
        namespace SignAuthorizationRequest {
            interface $Properties {
                authorization?: (atoll.v1.BuildAuthorization.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.SignAuthorizationRequest.$Properties;
        }
        interface ISignAuthorizationResponse extends atoll.v1.SignAuthorizationResponse.$Properties {
        }
        class SignAuthorizationResponse {
            constructor(properties?: atoll.v1.SignAuthorizationResponse.$Properties);
            $unknowns?: Uint8Array[];
            signature: Uint8Array;
            problem: string;
            static encode(message: atoll.v1.SignAuthorizationResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.SignAuthorizationResponse & atoll.v1.SignAuthorizationResponse.$Shape;
        }
        namespace SignAuthorizationResponse {
            interface $Properties {
                signature?: (Uint8Array|null);
                problem?: (string|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.SignAuthorizationResponse.$Properties;
        }
        interface IPeer extends atoll.v1.Peer.$Properties {
        }
        class Peer {
            constructor(properties?: atoll.v1.Peer.$Properties);
            $unknowns?: Uint8Array[];
            id: string;
            agent: string;
            protocolVersion: string;
            record: string;
            addresses: string[];
            protocols: string[];
            isConnected: boolean;
            direction: atoll.v1.Peer.Direction;
            isProtected: boolean;
            latencyMs: number;
            gossips: boolean;
            scores?: (atoll.v1.Peer.Scores.$Properties|null);
            static encode(message: atoll.v1.Peer.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.Peer & atoll.v1.Peer.$Shape;
        }
        namespace Peer {
            interface $Properties {
                id?: (string|null);
                agent?: (string|null);
                protocolVersion?: (string|null);
                record?: (string|null);
                addresses?: (string[]|null);
                protocols?: (string[]|null);
                isConnected?: (boolean|null);
                direction?: (atoll.v1.Peer.Direction|null);
                isProtected?: (boolean|null);
                latencyMs?: (number|null);
                gossips?: (boolean|null);
                scores?: (atoll.v1.Peer.Scores.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.Peer.$Properties;
            enum Direction {
                UNKNOWN = 0,
                INBOUND = 1,
                OUTBOUND = 2
            }
            interface IScores extends atoll.v1.Peer.Scores.$Properties {
            }
            class Scores {
                constructor(properties?: atoll.v1.Peer.Scores.$Properties);
                $unknowns?: Uint8Array[];
                total: number;
                timeInMesh: number;
                firstMessageDeliveries: number;
                meshMessageDeliveries: number;
                invalidMessageDeliveries: number;
                ipColocationFactor: number;
                behavioralPenalty: number;
                validResponses: number;
                errorResponses: number;
                rejectedPayloads: number;
                static encode(message: atoll.v1.Peer.Scores.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.Peer.Scores & atoll.v1.Peer.Scores.$Shape;
            }
            namespace Scores {
                interface $Properties {
                    total?: (number|null);
                    timeInMesh?: (number|null);
                    firstMessageDeliveries?: (number|null);
                    meshMessageDeliveries?: (number|null);
                    invalidMessageDeliveries?: (number|null);
                    ipColocationFactor?: (number|null);
                    behavioralPenalty?: (number|null);
                    validResponses?: (number|null);
                    errorResponses?: (number|null);
                    rejectedPayloads?: (number|null);
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.Peer.Scores.$Properties;
            }
        }
        interface IBan extends atoll.v1.Ban.$Properties {
        }
        class Ban {
            constructor(properties?: atoll.v1.Ban.$Properties);
            $unknowns?: Uint8Array[];
            kind: atoll.v1.Ban.Kind;
            name: string;
            untilMs: Long;
            reason: string;
            static encode(message: atoll.v1.Ban.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.Ban & atoll.v1.Ban.$Shape;
        }
        namespace Ban {
            interface $Properties {
                kind?: (atoll.v1.Ban.Kind|null);
                name?: (string|null);
                untilMs?: (Long|null);
                reason?: (string|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.Ban.$Properties;
            enum Kind {
                KIND_UNSPECIFIED = 0,
                PEER = 1,
                IP = 2
            }
        }
        interface IFetchPeersRequest extends atoll.v1.FetchPeersRequest.$Properties {
        }
        class FetchPeersRequest {
            constructor(properties?: atoll.v1.FetchPeersRequest.$Properties);
            $unknowns?: Uint8Array[];
            areKnown: boolean;
            static encode(message: atoll.v1.FetchPeersRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FetchPeersRequest & atoll.v1.FetchPeersRequest.$Shape;
        }
        namespace FetchPeersRequest {
            interface $Properties {
                areKnown?: (boolean|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.FetchPeersRequest.$Properties;
        }
        interface IFetchPeersResponse extends atoll.v1.FetchPeersResponse.$Properties {
        }
        class FetchPeersResponse {
            constructor(properties?: atoll.v1.FetchPeersResponse.$Properties);
            $unknowns?: Uint8Array[];
            self?: (atoll.v1.Peer.$Properties|null);
            peers: atoll.v1.Peer.$Properties[];
            known: Long;
            topicPeers: Long[];
            table?: (atoll.v1.FetchPeersResponse.Table.$Properties|null);
            blockedPeers: string[];
            blockedIps: string[];
            blockedSubnets: string[];
            bans: atoll.v1.Ban.$Properties[];
            static encode(message: atoll.v1.FetchPeersResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FetchPeersResponse & atoll.v1.FetchPeersResponse.$Shape;
        }
        namespace FetchPeersResponse {
            interface $Properties {
                self?: (atoll.v1.Peer.$Properties|null);
                peers?: (atoll.v1.Peer.$Properties[]|null);
                known?: (Long|null);
                topicPeers?: (Long[]|null);
                table?: (atoll.v1.FetchPeersResponse.Table.$Properties|null);
                blockedPeers?: (string[]|null);
                blockedIps?: (string[]|null);
                blockedSubnets?: (string[]|null);
                bans?: (atoll.v1.Ban.$Properties[]|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.FetchPeersResponse.$Properties;
            interface ITable extends atoll.v1.FetchPeersResponse.Table.$Properties {
            }
            class Table {
                constructor(properties?: atoll.v1.FetchPeersResponse.Table.$Properties);
                $unknowns?: Uint8Array[];
                records: string[];
                static encode(message: atoll.v1.FetchPeersResponse.Table.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FetchPeersResponse.Table & atoll.v1.FetchPeersResponse.Table.$Shape;
            }
            namespace Table {
                interface $Properties {
                    records?: (string[]|null);
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.FetchPeersResponse.Table.$Properties;
            }
        }
        interface IChangePeerRequest extends atoll.v1.ChangePeerRequest.$Properties {
        }
        class ChangePeerRequest {
            constructor(properties?: atoll.v1.ChangePeerRequest.$Properties);
            $unknowns?: Uint8Array[];
            change: atoll.v1.ChangePeerRequest.Change;
            name: string;
            static encode(message: atoll.v1.ChangePeerRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ChangePeerRequest & atoll.v1.ChangePeerRequest.$Shape;
        }
        namespace ChangePeerRequest {
            interface $Properties {
                change?: (atoll.v1.ChangePeerRequest.Change|null);
                name?: (string|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.ChangePeerRequest.$Properties;
            enum Change {
                CHANGE_UNSPECIFIED = 0,
                CONNECT = 1,
                DISCONNECT = 2,
                PROTECT = 3,
                UNPROTECT = 4,
                BLOCK_PEER = 5,
                UNBLOCK_PEER = 6,
                BLOCK_IP = 7,
                UNBLOCK_IP = 8,
                BLOCK_SUBNET = 9,
                UNBLOCK_SUBNET = 10
            }
        }
        interface IChangePeerResponse extends atoll.v1.ChangePeerResponse.$Properties {
        }
        class ChangePeerResponse {
            constructor(properties?: atoll.v1.ChangePeerResponse.$Properties);
            $unknowns?: Uint8Array[];
            refusal: string;
            unchanged: boolean;
            static encode(message: atoll.v1.ChangePeerResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ChangePeerResponse & atoll.v1.ChangePeerResponse.$Shape;
        }
        namespace ChangePeerResponse {
            interface $Properties {
                refusal?: (string|null);
                unchanged?: (boolean|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.ChangePeerResponse.$Properties;
        }
        interface ILogLevelChange extends atoll.v1.LogLevelChange.$Properties {
        }
        class LogLevelChange {
            constructor(properties?: atoll.v1.LogLevelChange.$Properties);
            $unknowns?: Uint8Array[];
            level: atoll.v1.LogLevelChange.Level;
            static encode(message: atoll.v1.LogLevelChange.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.LogLevelChange & atoll.v1.LogLevelChange.$Shape;
        }
        namespace LogLevelChange {
            interface $Properties {
                level?: (atoll.v1.LogLevelChange.Level|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.LogLevelChange.$Properties;
            enum Level {
                LEVEL_UNSPECIFIED = 0,
                ERROR = 1,
                WARN = 2,
                INFO = 3,
                DEBUG = 4
            }
        }
        interface IControlSequencerRequest extends atoll.v1.ControlSequencerRequest.$Properties {
        }
        class ControlSequencerRequest {
            constructor(properties?: atoll.v1.ControlSequencerRequest.$Properties);
            $unknowns?: Uint8Array[];
            fetch?: (atoll.v1.ControlSequencerRequest.Fetch.$Properties|null);
            start?: (atoll.v1.ControlSequencerRequest.Start.$Properties|null);
            stop?: (atoll.v1.ControlSequencerRequest.Stop.$Properties|null);
            overrideLeader?: (atoll.v1.ControlSequencerRequest.OverrideLeader.$Properties|null);
            setRecoverMode?: (atoll.v1.ControlSequencerRequest.SetRecoverMode.$Properties|null);
            action?: ("fetch"|"start"|"stop"|"overrideLeader"|"setRecoverMode");
            static encode(message: atoll.v1.ControlSequencerRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ControlSequencerRequest & atoll.v1.ControlSequencerRequest.$Shape;
        }
        namespace ControlSequencerRequest {
            interface $Properties {
                fetch?: (atoll.v1.ControlSequencerRequest.Fetch.$Properties|null);
                start?: (atoll.v1.ControlSequencerRequest.Start.$Properties|null);
                stop?: (atoll.v1.ControlSequencerRequest.Stop.$Properties|null);
                overrideLeader?: (atoll.v1.ControlSequencerRequest.OverrideLeader.$Properties|null);
                setRecoverMode?: (atoll.v1.ControlSequencerRequest.SetRecoverMode.$Properties|null);
                action?: ("fetch"|"start"|"stop"|"overrideLeader"|"setRecoverMode");
                $unknowns?: Uint8Array[];
            }
            type $Shape = {
              fetch?: atoll.v1.ControlSequencerRequest.Fetch.$Shape|null;
              start?: atoll.v1.ControlSequencerRequest.Start.$Shape|null;
              stop?: atoll.v1.ControlSequencerRequest.Stop.$Shape|null;
              overrideLeader?: atoll.v1.ControlSequencerRequest.OverrideLeader.$Shape|null;
              setRecoverMode?: atoll.v1.ControlSequencerRequest.SetRecoverMode.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ action?: undefined; fetch?: null; start?: null; stop?: null; overrideLeader?: null; setRecoverMode?: null }|{ action?: "fetch"; fetch: atoll.v1.ControlSequencerRequest.Fetch.$Shape; start?: null; stop?: null; overrideLeader?: null; setRecoverMode?: null }|{ action?: "start"; fetch?: null; start: atoll.v1.ControlSequencerRequest.Start.$Shape; stop?: null; overrideLeader?: null; setRecoverMode?: null }|{ action?: "stop"; fetch?: null; start?: null; stop: atoll.v1.ControlSequencerRequest.Stop.$Shape; overrideLeader?: null; setRecoverMode?: null }|{ action?: "overrideLeader"; fetch?: null; start?: null; stop?: null; overrideLeader: atoll.v1.ControlSequencerRequest.OverrideLeader.$Shape; setRecoverMode?: null }|{ action?: "setRecoverMode"; fetch?: null; start?: null; stop?: null; overrideLeader?: null; setRecoverMode: atoll.v1.ControlSequencerRequest.SetRecoverMode.$Shape })
            );
            interface IFetch extends atoll.v1.ControlSequencerRequest.Fetch.$Properties {
            }
            class Fetch {
                constructor(properties?: atoll.v1.ControlSequencerRequest.Fetch.$Properties);
                $unknowns?: Uint8Array[];
                static encode(message: atoll.v1.ControlSequencerRequest.Fetch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ControlSequencerRequest.Fetch & atoll.v1.ControlSequencerRequest.Fetch.$Shape;
            }
            namespace Fetch {
                interface $Properties {
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.ControlSequencerRequest.Fetch.$Properties;
            }
            interface IStart extends atoll.v1.ControlSequencerRequest.Start.$Properties {
            }
            class Start {
                constructor(properties?: atoll.v1.ControlSequencerRequest.Start.$Properties);
                $unknowns?: Uint8Array[];
                head?: (Uint8Array|null);
                static encode(message: atoll.v1.ControlSequencerRequest.Start.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ControlSequencerRequest.Start & atoll.v1.ControlSequencerRequest.Start.$Shape;
            }
            namespace Start {
                interface $Properties {
                    head?: (Uint8Array|null);
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.ControlSequencerRequest.Start.$Properties;
            }
            interface IStop extends atoll.v1.ControlSequencerRequest.Stop.$Properties {
            }
            class Stop {
                constructor(properties?: atoll.v1.ControlSequencerRequest.Stop.$Properties);
                $unknowns?: Uint8Array[];
                static encode(message: atoll.v1.ControlSequencerRequest.Stop.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ControlSequencerRequest.Stop & atoll.v1.ControlSequencerRequest.Stop.$Shape;
            }
            namespace Stop {
                interface $Properties {
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.ControlSequencerRequest.Stop.$Properties;
            }
            interface IOverrideLeader extends atoll.v1.ControlSequencerRequest.OverrideLeader.$Properties {
            }
            class OverrideLeader {
                constructor(properties?: atoll.v1.ControlSequencerRequest.OverrideLeader.$Properties);
                $unknowns?: Uint8Array[];
                static encode(message: atoll.v1.ControlSequencerRequest.OverrideLeader.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ControlSequencerRequest.OverrideLeader & atoll.v1.ControlSequencerRequest.OverrideLeader.$Shape;
            }
            namespace OverrideLeader {
                interface $Properties {
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.ControlSequencerRequest.OverrideLeader.$Properties;
            }
            interface ISetRecoverMode extends atoll.v1.ControlSequencerRequest.SetRecoverMode.$Properties {
            }
            class SetRecoverMode {
                constructor(properties?: atoll.v1.ControlSequencerRequest.SetRecoverMode.$Properties);
                $unknowns?: Uint8Array[];
                isOn: boolean;
                static encode(message: atoll.v1.ControlSequencerRequest.SetRecoverMode.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ControlSequencerRequest.SetRecoverMode & atoll.v1.ControlSequencerRequest.SetRecoverMode.$Shape;
            }
            namespace SetRecoverMode {
                interface $Properties {
                    isOn?: (boolean|null);
                    $unknowns?: Uint8Array[];
                }
                type $Shape = atoll.v1.ControlSequencerRequest.SetRecoverMode.$Properties;
            }
        }
        interface IControlSequencerResponse extends atoll.v1.ControlSequencerResponse.$Properties {
        }
        class ControlSequencerResponse {
            constructor(properties?: atoll.v1.ControlSequencerResponse.$Properties);
            $unknowns?: Uint8Array[];
            refusal: string;
            isActive: boolean;
            hasConductor: boolean;
            isRecovering: boolean;
            head?: (Uint8Array|null);
            static encode(message: atoll.v1.ControlSequencerResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ControlSequencerResponse & atoll.v1.ControlSequencerResponse.$Shape;
        }
        namespace ControlSequencerResponse {
            interface $Properties {
                refusal?: (string|null);
                isActive?: (boolean|null);
                hasConductor?: (boolean|null);
                isRecovering?: (boolean|null);
                head?: (Uint8Array|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = atoll.v1.ControlSequencerResponse.$Properties;
        }
    }
}
