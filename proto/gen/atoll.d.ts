import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace atoll. */
export namespace atoll {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a BlockId.
         * @deprecated Use atoll.v1.BlockId.$Properties instead.
         */
        interface IBlockId extends atoll.v1.BlockId.$Properties {
        }

        /** Represents a BlockId. */
        class BlockId {

            /**
             * Constructs a new BlockId.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.BlockId.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** BlockId hash. */
            hash: Uint8Array;

            /** BlockId number. */
            number: Long;

            /**
             * Encodes the specified BlockId message. Does not implicitly {@link atoll.v1.BlockId.verify|verify} messages.
             * @param message BlockId message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.BlockId.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a BlockId message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.BlockId & atoll.v1.BlockId.$Shape} BlockId
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.BlockId & atoll.v1.BlockId.$Shape;
        }

        namespace BlockId {

            /** Properties of a BlockId. */
            interface $Properties {

                /** BlockId hash */
                hash?: (Uint8Array|null);

                /** BlockId number */
                number?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a BlockId. */
            type $Shape = atoll.v1.BlockId.$Properties;
        }

        /**
         * Properties of a L1BlockRef.
         * @deprecated Use atoll.v1.L1BlockRef.$Properties instead.
         */
        interface IL1BlockRef extends atoll.v1.L1BlockRef.$Properties {
        }

        /** Represents a L1BlockRef. */
        class L1BlockRef {

            /**
             * Constructs a new L1BlockRef.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.L1BlockRef.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** L1BlockRef hash. */
            hash: Uint8Array;

            /** L1BlockRef number. */
            number: Long;

            /** L1BlockRef parentHash. */
            parentHash: Uint8Array;

            /** L1BlockRef timestamp. */
            timestamp: Long;

            /**
             * Encodes the specified L1BlockRef message. Does not implicitly {@link atoll.v1.L1BlockRef.verify|verify} messages.
             * @param message L1BlockRef message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.L1BlockRef.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a L1BlockRef message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.L1BlockRef & atoll.v1.L1BlockRef.$Shape} L1BlockRef
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.L1BlockRef & atoll.v1.L1BlockRef.$Shape;
        }

        namespace L1BlockRef {

            /** Properties of a L1BlockRef. */
            interface $Properties {

                /** L1BlockRef hash */
                hash?: (Uint8Array|null);

                /** L1BlockRef number */
                number?: (Long|null);

                /** L1BlockRef parentHash */
                parentHash?: (Uint8Array|null);

                /** L1BlockRef timestamp */
                timestamp?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a L1BlockRef. */
            type $Shape = atoll.v1.L1BlockRef.$Properties;
        }

        /**
         * Properties of a L2BlockRef.
         * @deprecated Use atoll.v1.L2BlockRef.$Properties instead.
         */
        interface IL2BlockRef extends atoll.v1.L2BlockRef.$Properties {
        }

        /** Represents a L2BlockRef. */
        class L2BlockRef {

            /**
             * Constructs a new L2BlockRef.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.L2BlockRef.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** L2BlockRef hash. */
            hash: Uint8Array;

            /** L2BlockRef number. */
            number: Long;

            /** L2BlockRef parentHash. */
            parentHash: Uint8Array;

            /** L2BlockRef timestamp. */
            timestamp: Long;

            /** L2BlockRef l1Origin. */
            l1Origin?: (atoll.v1.BlockId.$Properties|null);

            /** L2BlockRef sequenceNumber. */
            sequenceNumber: Long;

            /**
             * Encodes the specified L2BlockRef message. Does not implicitly {@link atoll.v1.L2BlockRef.verify|verify} messages.
             * @param message L2BlockRef message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.L2BlockRef.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a L2BlockRef message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.L2BlockRef & atoll.v1.L2BlockRef.$Shape} L2BlockRef
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.L2BlockRef & atoll.v1.L2BlockRef.$Shape;
        }

        namespace L2BlockRef {

            /** Properties of a L2BlockRef. */
            interface $Properties {

                /** L2BlockRef hash */
                hash?: (Uint8Array|null);

                /** L2BlockRef number */
                number?: (Long|null);

                /** L2BlockRef parentHash */
                parentHash?: (Uint8Array|null);

                /** L2BlockRef timestamp */
                timestamp?: (Long|null);

                /** L2BlockRef l1Origin */
                l1Origin?: (atoll.v1.BlockId.$Properties|null);

                /** L2BlockRef sequenceNumber */
                sequenceNumber?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a L2BlockRef. */
            type $Shape = atoll.v1.L2BlockRef.$Properties;
        }

        /**
         * Properties of a SystemConfig.
         * @deprecated Use atoll.v1.SystemConfig.$Properties instead.
         */
        interface ISystemConfig extends atoll.v1.SystemConfig.$Properties {
        }

        /** Represents a SystemConfig. */
        class SystemConfig {

            /**
             * Constructs a new SystemConfig.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.SystemConfig.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SystemConfig batcherAddress. */
            batcherAddress: Uint8Array;

            /** SystemConfig overhead. */
            overhead: Uint8Array;

            /** SystemConfig scalar. */
            scalar: Uint8Array;

            /** SystemConfig gasLimit. */
            gasLimit: Long;

            /** SystemConfig eip1559Params. */
            eip1559Params: Uint8Array;

            /** SystemConfig operatorFeeParams. */
            operatorFeeParams: Uint8Array;

            /** SystemConfig minBaseFee. */
            minBaseFee: Long;

            /** SystemConfig daFootprintGasScalar. */
            daFootprintGasScalar: number;

            /**
             * Encodes the specified SystemConfig message. Does not implicitly {@link atoll.v1.SystemConfig.verify|verify} messages.
             * @param message SystemConfig message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.SystemConfig.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SystemConfig message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.SystemConfig & atoll.v1.SystemConfig.$Shape} SystemConfig
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.SystemConfig & atoll.v1.SystemConfig.$Shape;
        }

        namespace SystemConfig {

            /** Properties of a SystemConfig. */
            interface $Properties {

                /** SystemConfig batcherAddress */
                batcherAddress?: (Uint8Array|null);

                /** SystemConfig overhead */
                overhead?: (Uint8Array|null);

                /** SystemConfig scalar */
                scalar?: (Uint8Array|null);

                /** SystemConfig gasLimit */
                gasLimit?: (Long|null);

                /** SystemConfig eip1559Params */
                eip1559Params?: (Uint8Array|null);

                /** SystemConfig operatorFeeParams */
                operatorFeeParams?: (Uint8Array|null);

                /** SystemConfig minBaseFee */
                minBaseFee?: (Long|null);

                /** SystemConfig daFootprintGasScalar */
                daFootprintGasScalar?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SystemConfig. */
            type $Shape = atoll.v1.SystemConfig.$Properties;
        }

        /**
         * Properties of a Fault.
         * @deprecated Use atoll.v1.Fault.$Properties instead.
         */
        interface IFault extends atoll.v1.Fault.$Properties {
        }

        /** Represents a Fault. */
        class Fault {

            /**
             * Constructs a new Fault.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.Fault.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Fault code. */
            code: string;

            /** Fault severity. */
            severity: atoll.v1.Fault.Severity;

            /** Fault detail. */
            detail: string;

            /**
             * Encodes the specified Fault message. Does not implicitly {@link atoll.v1.Fault.verify|verify} messages.
             * @param message Fault message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.Fault.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Fault message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.Fault & atoll.v1.Fault.$Shape} Fault
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.Fault & atoll.v1.Fault.$Shape;
        }

        namespace Fault {

            /** Properties of a Fault. */
            interface $Properties {

                /** Fault code */
                code?: (string|null);

                /** Fault severity */
                severity?: (atoll.v1.Fault.Severity|null);

                /** Fault detail */
                detail?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Fault. */
            type $Shape = atoll.v1.Fault.$Properties;

            /** Severity enum. */
            enum Severity {

                /** SEVERITY_UNSPECIFIED value */
                SEVERITY_UNSPECIFIED = 0,

                /** TEMPORARY value */
                TEMPORARY = 1,

                /** RESET value */
                RESET = 2,

                /** CRITICAL value */
                CRITICAL = 3
            }
        }

        /**
         * Properties of a ServiceStatus.
         * @deprecated Use atoll.v1.ServiceStatus.$Properties instead.
         */
        interface IServiceStatus extends atoll.v1.ServiceStatus.$Properties {
        }

        /** Represents a ServiceStatus. */
        class ServiceStatus {

            /**
             * Constructs a new ServiceStatus.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.ServiceStatus.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServiceStatus instance. */
            instance: string;

            /** ServiceStatus version. */
            version: string;

            /** ServiceStatus startedMs. */
            startedMs: Long;

            /** ServiceStatus phase. */
            phase: atoll.v1.ServiceStatus.Phase;

            /** ServiceStatus wait. */
            wait?: (atoll.v1.ServiceStatus.Wait.$Properties|null);

            /** ServiceStatus inputs. */
            inputs: atoll.v1.ServiceStatus.Input.$Properties[];

            /** ServiceStatus writtenMs. */
            writtenMs: Long;

            /** ServiceStatus notices. */
            notices: string[];

            /**
             * Encodes the specified ServiceStatus message. Does not implicitly {@link atoll.v1.ServiceStatus.verify|verify} messages.
             * @param message ServiceStatus message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.ServiceStatus.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServiceStatus message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.ServiceStatus & atoll.v1.ServiceStatus.$Shape} ServiceStatus
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ServiceStatus & atoll.v1.ServiceStatus.$Shape;
        }

        namespace ServiceStatus {

            /** Properties of a ServiceStatus. */
            interface $Properties {

                /** ServiceStatus instance */
                instance?: (string|null);

                /** ServiceStatus version */
                version?: (string|null);

                /** ServiceStatus startedMs */
                startedMs?: (Long|null);

                /** ServiceStatus phase */
                phase?: (atoll.v1.ServiceStatus.Phase|null);

                /** ServiceStatus wait */
                wait?: (atoll.v1.ServiceStatus.Wait.$Properties|null);

                /** ServiceStatus inputs */
                inputs?: (atoll.v1.ServiceStatus.Input.$Properties[]|null);

                /** ServiceStatus writtenMs */
                writtenMs?: (Long|null);

                /** ServiceStatus notices */
                notices?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ServiceStatus. */
            type $Shape = atoll.v1.ServiceStatus.$Properties;

            /** Phase enum. */
            enum Phase {

                /** PHASE_UNSPECIFIED value */
                PHASE_UNSPECIFIED = 0,

                /** STARTING value */
                STARTING = 1,

                /** STANDBY value */
                STANDBY = 2,

                /** RUNNING value */
                RUNNING = 3,

                /** WAITING value */
                WAITING = 4,

                /** STOPPING value */
                STOPPING = 5
            }

            /**
             * Properties of a Wait.
             * @deprecated Use atoll.v1.ServiceStatus.Wait.$Properties instead.
             */
            interface IWait extends atoll.v1.ServiceStatus.Wait.$Properties {
            }

            /** Represents a Wait. */
            class Wait {

                /**
                 * Constructs a new Wait.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: atoll.v1.ServiceStatus.Wait.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Wait what. */
                what: string;

                /** Wait sinceMs. */
                sinceMs: Long;

                /** Wait next. */
                next: string;

                /**
                 * Encodes the specified Wait message. Does not implicitly {@link atoll.v1.ServiceStatus.Wait.verify|verify} messages.
                 * @param message Wait message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: atoll.v1.ServiceStatus.Wait.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Wait message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {atoll.v1.ServiceStatus.Wait & atoll.v1.ServiceStatus.Wait.$Shape} Wait
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ServiceStatus.Wait & atoll.v1.ServiceStatus.Wait.$Shape;
            }

            namespace Wait {

                /** Properties of a Wait. */
                interface $Properties {

                    /** Wait what */
                    what?: (string|null);

                    /** Wait sinceMs */
                    sinceMs?: (Long|null);

                    /** Wait next */
                    next?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Wait. */
                type $Shape = atoll.v1.ServiceStatus.Wait.$Properties;
            }

            /**
             * Properties of an Input.
             * @deprecated Use atoll.v1.ServiceStatus.Input.$Properties instead.
             */
            interface IInput extends atoll.v1.ServiceStatus.Input.$Properties {
            }

            /** Represents an Input. */
            class Input {

                /**
                 * Constructs a new Input.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: atoll.v1.ServiceStatus.Input.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Input name. */
                name: string;

                /** Input ageMs. */
                ageMs?: (Long|null);

                /**
                 * Encodes the specified Input message. Does not implicitly {@link atoll.v1.ServiceStatus.Input.verify|verify} messages.
                 * @param message Input message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: atoll.v1.ServiceStatus.Input.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an Input message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {atoll.v1.ServiceStatus.Input & atoll.v1.ServiceStatus.Input.$Shape} Input
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ServiceStatus.Input & atoll.v1.ServiceStatus.Input.$Shape;
            }

            namespace Input {

                /** Properties of an Input. */
                interface $Properties {

                    /** Input name */
                    name?: (string|null);

                    /** Input ageMs */
                    ageMs?: (Long|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an Input. */
                type $Shape = atoll.v1.ServiceStatus.Input.$Properties;
            }
        }

        /**
         * Properties of a L1Heads.
         * @deprecated Use atoll.v1.L1Heads.$Properties instead.
         */
        interface IL1Heads extends atoll.v1.L1Heads.$Properties {
        }

        /** Represents a L1Heads. */
        class L1Heads {

            /**
             * Constructs a new L1Heads.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.L1Heads.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** L1Heads head. */
            head?: (atoll.v1.L1BlockRef.$Properties|null);

            /** L1Heads safe. */
            safe?: (atoll.v1.L1BlockRef.$Properties|null);

            /** L1Heads finalized. */
            finalized?: (atoll.v1.L1BlockRef.$Properties|null);

            /**
             * Encodes the specified L1Heads message. Does not implicitly {@link atoll.v1.L1Heads.verify|verify} messages.
             * @param message L1Heads message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.L1Heads.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a L1Heads message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.L1Heads & atoll.v1.L1Heads.$Shape} L1Heads
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.L1Heads & atoll.v1.L1Heads.$Shape;
        }

        namespace L1Heads {

            /** Properties of a L1Heads. */
            interface $Properties {

                /** L1Heads head */
                head?: (atoll.v1.L1BlockRef.$Properties|null);

                /** L1Heads safe */
                safe?: (atoll.v1.L1BlockRef.$Properties|null);

                /** L1Heads finalized */
                finalized?: (atoll.v1.L1BlockRef.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a L1Heads. */
            type $Shape = atoll.v1.L1Heads.$Properties;
        }

        /**
         * Properties of a SystemConfigUpdate.
         * @deprecated Use atoll.v1.SystemConfigUpdate.$Properties instead.
         */
        interface ISystemConfigUpdate extends atoll.v1.SystemConfigUpdate.$Properties {
        }

        /** Represents a SystemConfigUpdate. */
        class SystemConfigUpdate {

            /**
             * Constructs a new SystemConfigUpdate.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.SystemConfigUpdate.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SystemConfigUpdate at. */
            at?: (atoll.v1.L1BlockRef.$Properties|null);

            /** SystemConfigUpdate unsafeBlockSigner. */
            unsafeBlockSigner: Uint8Array;

            /**
             * Encodes the specified SystemConfigUpdate message. Does not implicitly {@link atoll.v1.SystemConfigUpdate.verify|verify} messages.
             * @param message SystemConfigUpdate message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.SystemConfigUpdate.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SystemConfigUpdate message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.SystemConfigUpdate & atoll.v1.SystemConfigUpdate.$Shape} SystemConfigUpdate
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.SystemConfigUpdate & atoll.v1.SystemConfigUpdate.$Shape;
        }

        namespace SystemConfigUpdate {

            /** Properties of a SystemConfigUpdate. */
            interface $Properties {

                /** SystemConfigUpdate at */
                at?: (atoll.v1.L1BlockRef.$Properties|null);

                /** SystemConfigUpdate unsafeBlockSigner */
                unsafeBlockSigner?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SystemConfigUpdate. */
            type $Shape = atoll.v1.SystemConfigUpdate.$Properties;
        }

        /**
         * Properties of a FetchL1BlockRequest.
         * @deprecated Use atoll.v1.FetchL1BlockRequest.$Properties instead.
         */
        interface IFetchL1BlockRequest extends atoll.v1.FetchL1BlockRequest.$Properties {
        }

        /** Represents a FetchL1BlockRequest. */
        class FetchL1BlockRequest {

            /**
             * Constructs a new FetchL1BlockRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.FetchL1BlockRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** FetchL1BlockRequest number. */
            number?: (Long|null);

            /** FetchL1BlockRequest hash. */
            hash?: (Uint8Array|null);

            /** FetchL1BlockRequest parentHash. */
            parentHash?: (Uint8Array|null);

            /** FetchL1BlockRequest batcherAddress. */
            batcherAddress: Uint8Array;

            /** FetchL1BlockRequest block. */
            block?: ("number"|"hash");

            /**
             * Encodes the specified FetchL1BlockRequest message. Does not implicitly {@link atoll.v1.FetchL1BlockRequest.verify|verify} messages.
             * @param message FetchL1BlockRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.FetchL1BlockRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a FetchL1BlockRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.FetchL1BlockRequest & atoll.v1.FetchL1BlockRequest.$Shape} FetchL1BlockRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FetchL1BlockRequest & atoll.v1.FetchL1BlockRequest.$Shape;
        }

        namespace FetchL1BlockRequest {

            /** Properties of a FetchL1BlockRequest. */
            interface $Properties {

                /** FetchL1BlockRequest number */
                number?: (Long|null);

                /** FetchL1BlockRequest hash */
                hash?: (Uint8Array|null);

                /** FetchL1BlockRequest parentHash */
                parentHash?: (Uint8Array|null);

                /** FetchL1BlockRequest batcherAddress */
                batcherAddress?: (Uint8Array|null);

                /** FetchL1BlockRequest block */
                block?: ("number"|"hash");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a FetchL1BlockRequest. */
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

        /**
         * Properties of a FetchL1BlockResponse.
         * @deprecated Use atoll.v1.FetchL1BlockResponse.$Properties instead.
         */
        interface IFetchL1BlockResponse extends atoll.v1.FetchL1BlockResponse.$Properties {
        }

        /** Represents a FetchL1BlockResponse. */
        class FetchL1BlockResponse {

            /**
             * Constructs a new FetchL1BlockResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.FetchL1BlockResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** FetchL1BlockResponse block. */
            block?: (atoll.v1.L1Block.$Properties|null);

            /** FetchL1BlockResponse notFound. */
            notFound?: (atoll.v1.FetchL1BlockResponse.NotFound.$Properties|null);

            /** FetchL1BlockResponse reorged. */
            reorged?: (atoll.v1.L1BlockRef.$Properties|null);

            /** FetchL1BlockResponse outcome. */
            outcome?: ("block"|"notFound"|"reorged");

            /**
             * Encodes the specified FetchL1BlockResponse message. Does not implicitly {@link atoll.v1.FetchL1BlockResponse.verify|verify} messages.
             * @param message FetchL1BlockResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.FetchL1BlockResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a FetchL1BlockResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.FetchL1BlockResponse & atoll.v1.FetchL1BlockResponse.$Shape} FetchL1BlockResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FetchL1BlockResponse & atoll.v1.FetchL1BlockResponse.$Shape;
        }

        namespace FetchL1BlockResponse {

            /** Properties of a FetchL1BlockResponse. */
            interface $Properties {

                /** FetchL1BlockResponse block */
                block?: (atoll.v1.L1Block.$Properties|null);

                /** FetchL1BlockResponse notFound */
                notFound?: (atoll.v1.FetchL1BlockResponse.NotFound.$Properties|null);

                /** FetchL1BlockResponse reorged */
                reorged?: (atoll.v1.L1BlockRef.$Properties|null);

                /** FetchL1BlockResponse outcome */
                outcome?: ("block"|"notFound"|"reorged");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a FetchL1BlockResponse. */
            type $Shape = {
              block?: atoll.v1.L1Block.$Shape|null;
              notFound?: atoll.v1.FetchL1BlockResponse.NotFound.$Shape|null;
              reorged?: atoll.v1.L1BlockRef.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ outcome?: undefined; block?: null; notFound?: null; reorged?: null }|{ outcome?: "block"; block: atoll.v1.L1Block.$Shape; notFound?: null; reorged?: null }|{ outcome?: "notFound"; block?: null; notFound: atoll.v1.FetchL1BlockResponse.NotFound.$Shape; reorged?: null }|{ outcome?: "reorged"; block?: null; notFound?: null; reorged: atoll.v1.L1BlockRef.$Shape })
            );

            /**
             * Properties of a NotFound.
             * @deprecated Use atoll.v1.FetchL1BlockResponse.NotFound.$Properties instead.
             */
            interface INotFound extends atoll.v1.FetchL1BlockResponse.NotFound.$Properties {
            }

            /** Represents a NotFound. */
            class NotFound {

                /**
                 * Constructs a new NotFound.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: atoll.v1.FetchL1BlockResponse.NotFound.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Encodes the specified NotFound message. Does not implicitly {@link atoll.v1.FetchL1BlockResponse.NotFound.verify|verify} messages.
                 * @param message NotFound message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: atoll.v1.FetchL1BlockResponse.NotFound.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a NotFound message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {atoll.v1.FetchL1BlockResponse.NotFound & atoll.v1.FetchL1BlockResponse.NotFound.$Shape} NotFound
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FetchL1BlockResponse.NotFound & atoll.v1.FetchL1BlockResponse.NotFound.$Shape;
            }

            namespace NotFound {

                /** Properties of a NotFound. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a NotFound. */
                type $Shape = atoll.v1.FetchL1BlockResponse.NotFound.$Properties;
            }
        }

        /**
         * Properties of a L1Block.
         * @deprecated Use atoll.v1.L1Block.$Properties instead.
         */
        interface IL1Block extends atoll.v1.L1Block.$Properties {
        }

        /** Represents a L1Block. */
        class L1Block {

            /**
             * Constructs a new L1Block.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.L1Block.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** L1Block ref. */
            ref?: (atoll.v1.L1BlockRef.$Properties|null);

            /** L1Block prevRandao. */
            prevRandao: Uint8Array;

            /** L1Block baseFee. */
            baseFee: Uint8Array;

            /** L1Block excessBlobGas. */
            excessBlobGas?: (Long|null);

            /** L1Block parentBeaconBlockRoot. */
            parentBeaconBlockRoot?: (Uint8Array|null);

            /** L1Block logs. */
            logs: atoll.v1.L1Log.$Properties[];

            /** L1Block inboxTransactions. */
            inboxTransactions: atoll.v1.InboxTransaction.$Properties[];

            /**
             * Encodes the specified L1Block message. Does not implicitly {@link atoll.v1.L1Block.verify|verify} messages.
             * @param message L1Block message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.L1Block.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a L1Block message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.L1Block & atoll.v1.L1Block.$Shape} L1Block
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.L1Block & atoll.v1.L1Block.$Shape;
        }

        namespace L1Block {

            /** Properties of a L1Block. */
            interface $Properties {

                /** L1Block ref */
                ref?: (atoll.v1.L1BlockRef.$Properties|null);

                /** L1Block prevRandao */
                prevRandao?: (Uint8Array|null);

                /** L1Block baseFee */
                baseFee?: (Uint8Array|null);

                /** L1Block excessBlobGas */
                excessBlobGas?: (Long|null);

                /** L1Block parentBeaconBlockRoot */
                parentBeaconBlockRoot?: (Uint8Array|null);

                /** L1Block logs */
                logs?: (atoll.v1.L1Log.$Properties[]|null);

                /** L1Block inboxTransactions */
                inboxTransactions?: (atoll.v1.InboxTransaction.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a L1Block. */
            type $Shape = atoll.v1.L1Block.$Properties;
        }

        /**
         * Properties of a L1Log.
         * @deprecated Use atoll.v1.L1Log.$Properties instead.
         */
        interface IL1Log extends atoll.v1.L1Log.$Properties {
        }

        /** Represents a L1Log. */
        class L1Log {

            /**
             * Constructs a new L1Log.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.L1Log.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** L1Log address. */
            address: Uint8Array;

            /** L1Log topics. */
            topics: Uint8Array[];

            /** L1Log data. */
            data: Uint8Array;

            /** L1Log index. */
            index: number;

            /**
             * Encodes the specified L1Log message. Does not implicitly {@link atoll.v1.L1Log.verify|verify} messages.
             * @param message L1Log message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.L1Log.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a L1Log message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.L1Log & atoll.v1.L1Log.$Shape} L1Log
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.L1Log & atoll.v1.L1Log.$Shape;
        }

        namespace L1Log {

            /** Properties of a L1Log. */
            interface $Properties {

                /** L1Log address */
                address?: (Uint8Array|null);

                /** L1Log topics */
                topics?: (Uint8Array[]|null);

                /** L1Log data */
                data?: (Uint8Array|null);

                /** L1Log index */
                index?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a L1Log. */
            type $Shape = atoll.v1.L1Log.$Properties;
        }

        /**
         * Properties of an InboxTransaction.
         * @deprecated Use atoll.v1.InboxTransaction.$Properties instead.
         */
        interface IInboxTransaction extends atoll.v1.InboxTransaction.$Properties {
        }

        /** Represents an InboxTransaction. */
        class InboxTransaction {

            /**
             * Constructs a new InboxTransaction.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.InboxTransaction.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** InboxTransaction hash. */
            hash: Uint8Array;

            /** InboxTransaction type. */
            type: number;

            /** InboxTransaction sender. */
            sender: Uint8Array;

            /** InboxTransaction data. */
            data: Uint8Array;

            /** InboxTransaction blobs. */
            blobs: atoll.v1.InboxBlob.$Properties[];

            /**
             * Encodes the specified InboxTransaction message. Does not implicitly {@link atoll.v1.InboxTransaction.verify|verify} messages.
             * @param message InboxTransaction message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.InboxTransaction.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an InboxTransaction message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.InboxTransaction & atoll.v1.InboxTransaction.$Shape} InboxTransaction
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.InboxTransaction & atoll.v1.InboxTransaction.$Shape;
        }

        namespace InboxTransaction {

            /** Properties of an InboxTransaction. */
            interface $Properties {

                /** InboxTransaction hash */
                hash?: (Uint8Array|null);

                /** InboxTransaction type */
                type?: (number|null);

                /** InboxTransaction sender */
                sender?: (Uint8Array|null);

                /** InboxTransaction data */
                data?: (Uint8Array|null);

                /** InboxTransaction blobs */
                blobs?: (atoll.v1.InboxBlob.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an InboxTransaction. */
            type $Shape = atoll.v1.InboxTransaction.$Properties;
        }

        /**
         * Properties of an InboxBlob.
         * @deprecated Use atoll.v1.InboxBlob.$Properties instead.
         */
        interface IInboxBlob extends atoll.v1.InboxBlob.$Properties {
        }

        /** Represents an InboxBlob. */
        class InboxBlob {

            /**
             * Constructs a new InboxBlob.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.InboxBlob.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** InboxBlob versionedHash. */
            versionedHash: Uint8Array;

            /** InboxBlob data. */
            data?: (Uint8Array|null);

            /**
             * Encodes the specified InboxBlob message. Does not implicitly {@link atoll.v1.InboxBlob.verify|verify} messages.
             * @param message InboxBlob message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.InboxBlob.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an InboxBlob message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.InboxBlob & atoll.v1.InboxBlob.$Shape} InboxBlob
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.InboxBlob & atoll.v1.InboxBlob.$Shape;
        }

        namespace InboxBlob {

            /** Properties of an InboxBlob. */
            interface $Properties {

                /** InboxBlob versionedHash */
                versionedHash?: (Uint8Array|null);

                /** InboxBlob data */
                data?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an InboxBlob. */
            type $Shape = atoll.v1.InboxBlob.$Properties;
        }

        /**
         * Properties of a DerivationTargets.
         * @deprecated Use atoll.v1.DerivationTargets.$Properties instead.
         */
        interface IDerivationTargets extends atoll.v1.DerivationTargets.$Properties {
        }

        /** Represents a DerivationTargets. */
        class DerivationTargets {

            /**
             * Constructs a new DerivationTargets.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.DerivationTargets.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DerivationTargets finalized. */
            finalized?: (atoll.v1.BlockId.$Properties|null);

            /** DerivationTargets currentL1. */
            currentL1?: (atoll.v1.L1BlockRef.$Properties|null);

            /**
             * Encodes the specified DerivationTargets message. Does not implicitly {@link atoll.v1.DerivationTargets.verify|verify} messages.
             * @param message DerivationTargets message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.DerivationTargets.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DerivationTargets message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.DerivationTargets & atoll.v1.DerivationTargets.$Shape} DerivationTargets
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.DerivationTargets & atoll.v1.DerivationTargets.$Shape;
        }

        namespace DerivationTargets {

            /** Properties of a DerivationTargets. */
            interface $Properties {

                /** DerivationTargets finalized */
                finalized?: (atoll.v1.BlockId.$Properties|null);

                /** DerivationTargets currentL1 */
                currentL1?: (atoll.v1.L1BlockRef.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DerivationTargets. */
            type $Shape = atoll.v1.DerivationTargets.$Properties;
        }

        /**
         * Properties of a SafeAt.
         * @deprecated Use atoll.v1.SafeAt.$Properties instead.
         */
        interface ISafeAt extends atoll.v1.SafeAt.$Properties {
        }

        /** Represents a SafeAt. */
        class SafeAt {

            /**
             * Constructs a new SafeAt.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.SafeAt.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SafeAt l1. */
            l1?: (atoll.v1.BlockId.$Properties|null);

            /** SafeAt safe. */
            safe?: (atoll.v1.BlockId.$Properties|null);

            /** SafeAt generation. */
            generation: Long;

            /**
             * Encodes the specified SafeAt message. Does not implicitly {@link atoll.v1.SafeAt.verify|verify} messages.
             * @param message SafeAt message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.SafeAt.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SafeAt message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.SafeAt & atoll.v1.SafeAt.$Shape} SafeAt
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.SafeAt & atoll.v1.SafeAt.$Shape;
        }

        namespace SafeAt {

            /** Properties of a SafeAt. */
            interface $Properties {

                /** SafeAt l1 */
                l1?: (atoll.v1.BlockId.$Properties|null);

                /** SafeAt safe */
                safe?: (atoll.v1.BlockId.$Properties|null);

                /** SafeAt generation */
                generation?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SafeAt. */
            type $Shape = atoll.v1.SafeAt.$Properties;
        }

        /**
         * Properties of a SafeHeadAtRequest.
         * @deprecated Use atoll.v1.SafeHeadAtRequest.$Properties instead.
         */
        interface ISafeHeadAtRequest extends atoll.v1.SafeHeadAtRequest.$Properties {
        }

        /** Represents a SafeHeadAtRequest. */
        class SafeHeadAtRequest {

            /**
             * Constructs a new SafeHeadAtRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.SafeHeadAtRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SafeHeadAtRequest l1Number. */
            l1Number?: (Long|null);

            /** SafeHeadAtRequest l2Number. */
            l2Number?: (Long|null);

            /** SafeHeadAtRequest block. */
            block?: ("l1Number"|"l2Number");

            /**
             * Encodes the specified SafeHeadAtRequest message. Does not implicitly {@link atoll.v1.SafeHeadAtRequest.verify|verify} messages.
             * @param message SafeHeadAtRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.SafeHeadAtRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SafeHeadAtRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.SafeHeadAtRequest & atoll.v1.SafeHeadAtRequest.$Shape} SafeHeadAtRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.SafeHeadAtRequest & atoll.v1.SafeHeadAtRequest.$Shape;
        }

        namespace SafeHeadAtRequest {

            /** Properties of a SafeHeadAtRequest. */
            interface $Properties {

                /** SafeHeadAtRequest l1Number */
                l1Number?: (Long|null);

                /** SafeHeadAtRequest l2Number */
                l2Number?: (Long|null);

                /** SafeHeadAtRequest block */
                block?: ("l1Number"|"l2Number");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a SafeHeadAtRequest. */
            type $Shape = {
              l1Number?: Long|null;
              l2Number?: Long|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ block?: undefined; l1Number?: null; l2Number?: null }|{ block?: "l1Number"; l1Number: Long; l2Number?: null }|{ block?: "l2Number"; l1Number?: null; l2Number: Long })
            );
        }

        /**
         * Properties of a SafeHeadAtResponse.
         * @deprecated Use atoll.v1.SafeHeadAtResponse.$Properties instead.
         */
        interface ISafeHeadAtResponse extends atoll.v1.SafeHeadAtResponse.$Properties {
        }

        /** Represents a SafeHeadAtResponse. */
        class SafeHeadAtResponse {

            /**
             * Constructs a new SafeHeadAtResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.SafeHeadAtResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SafeHeadAtResponse found. */
            found?: (atoll.v1.SafeAt.$Properties|null);

            /** SafeHeadAtResponse missing. */
            missing?: (atoll.v1.SafeHeadAtResponse.Missing|null);

            /** SafeHeadAtResponse outcome. */
            outcome?: ("found"|"missing");

            /**
             * Encodes the specified SafeHeadAtResponse message. Does not implicitly {@link atoll.v1.SafeHeadAtResponse.verify|verify} messages.
             * @param message SafeHeadAtResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.SafeHeadAtResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SafeHeadAtResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.SafeHeadAtResponse & atoll.v1.SafeHeadAtResponse.$Shape} SafeHeadAtResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.SafeHeadAtResponse & atoll.v1.SafeHeadAtResponse.$Shape;
        }

        namespace SafeHeadAtResponse {

            /** Properties of a SafeHeadAtResponse. */
            interface $Properties {

                /** SafeHeadAtResponse found */
                found?: (atoll.v1.SafeAt.$Properties|null);

                /** SafeHeadAtResponse missing */
                missing?: (atoll.v1.SafeHeadAtResponse.Missing|null);

                /** SafeHeadAtResponse outcome */
                outcome?: ("found"|"missing");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a SafeHeadAtResponse. */
            type $Shape = {
              found?: atoll.v1.SafeAt.$Shape|null;
              missing?: atoll.v1.SafeHeadAtResponse.Missing|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ outcome?: undefined; found?: null; missing?: null }|{ outcome?: "found"; found: atoll.v1.SafeAt.$Shape; missing?: null }|{ outcome?: "missing"; found?: null; missing: atoll.v1.SafeHeadAtResponse.Missing })
            );

            /** Missing enum. */
            enum Missing {

                /** MISSING_UNSPECIFIED value */
                MISSING_UNSPECIFIED = 0,

                /** NOT_YET value */
                NOT_YET = 1,

                /** TOO_OLD value */
                TOO_OLD = 2
            }
        }

        /**
         * Properties of a ChainState.
         * @deprecated Use atoll.v1.ChainState.$Properties instead.
         */
        interface IChainState extends atoll.v1.ChainState.$Properties {
        }

        /** Represents a ChainState. */
        class ChainState {

            /**
             * Constructs a new ChainState.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.ChainState.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ChainState generation. */
            generation: Long;

            /** ChainState version. */
            version: Long;

            /** ChainState sequence. */
            sequence: Long;

            /** ChainState outcome. */
            outcome: atoll.v1.ChainState.Outcome;

            /** ChainState attributesDigest. */
            attributesDigest?: (Uint8Array|null);

            /** ChainState unsafe. */
            unsafe?: (atoll.v1.L2BlockRef.$Properties|null);

            /** ChainState safe. */
            safe?: (atoll.v1.L2BlockRef.$Properties|null);

            /** ChainState finalized. */
            finalized?: (atoll.v1.L2BlockRef.$Properties|null);

            /** ChainState localSafe. */
            localSafe?: (atoll.v1.L2BlockRef.$Properties|null);

            /** ChainState pendingSafe. */
            pendingSafe?: (atoll.v1.L2BlockRef.$Properties|null);

            /** ChainState start. */
            start?: (atoll.v1.ResetPoint.$Properties|null);

            /** ChainState sync. */
            sync: atoll.v1.ChainState.Sync;

            /** ChainState term. */
            term: Long;

            /** ChainState instance. */
            instance: string;

            /**
             * Encodes the specified ChainState message. Does not implicitly {@link atoll.v1.ChainState.verify|verify} messages.
             * @param message ChainState message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.ChainState.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ChainState message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.ChainState & atoll.v1.ChainState.$Shape} ChainState
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ChainState & atoll.v1.ChainState.$Shape;
        }

        namespace ChainState {

            /** Properties of a ChainState. */
            interface $Properties {

                /** ChainState generation */
                generation?: (Long|null);

                /** ChainState version */
                version?: (Long|null);

                /** ChainState sequence */
                sequence?: (Long|null);

                /** ChainState outcome */
                outcome?: (atoll.v1.ChainState.Outcome|null);

                /** ChainState attributesDigest */
                attributesDigest?: (Uint8Array|null);

                /** ChainState unsafe */
                unsafe?: (atoll.v1.L2BlockRef.$Properties|null);

                /** ChainState safe */
                safe?: (atoll.v1.L2BlockRef.$Properties|null);

                /** ChainState finalized */
                finalized?: (atoll.v1.L2BlockRef.$Properties|null);

                /** ChainState localSafe */
                localSafe?: (atoll.v1.L2BlockRef.$Properties|null);

                /** ChainState pendingSafe */
                pendingSafe?: (atoll.v1.L2BlockRef.$Properties|null);

                /** ChainState start */
                start?: (atoll.v1.ResetPoint.$Properties|null);

                /** ChainState sync */
                sync?: (atoll.v1.ChainState.Sync|null);

                /** ChainState term */
                term?: (Long|null);

                /** ChainState instance */
                instance?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ChainState. */
            type $Shape = atoll.v1.ChainState.$Properties;

            /** Outcome enum. */
            enum Outcome {

                /** OUTCOME_UNSPECIFIED value */
                OUTCOME_UNSPECIFIED = 0,

                /** STARTED value */
                STARTED = 1,

                /** CONSOLIDATED value */
                CONSOLIDATED = 2,

                /** BUILT value */
                BUILT = 3,

                /** REPLACED value */
                REPLACED = 4,

                /** DROPPED value */
                DROPPED = 5
            }

            /** Sync enum. */
            enum Sync {

                /** SYNC_UNSPECIFIED value */
                SYNC_UNSPECIFIED = 0,

                /** READY value */
                READY = 1,

                /** EL_SYNCING value */
                EL_SYNCING = 2,

                /** EL_SYNCED value */
                EL_SYNCED = 3
            }
        }

        /**
         * Properties of a ResetPoint.
         * @deprecated Use atoll.v1.ResetPoint.$Properties instead.
         */
        interface IResetPoint extends atoll.v1.ResetPoint.$Properties {
        }

        /** Represents a ResetPoint. */
        class ResetPoint {

            /**
             * Constructs a new ResetPoint.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.ResetPoint.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ResetPoint safe. */
            safe?: (atoll.v1.L2BlockRef.$Properties|null);

            /** ResetPoint l1Origin. */
            l1Origin?: (atoll.v1.L1BlockRef.$Properties|null);

            /** ResetPoint systemConfig. */
            systemConfig?: (atoll.v1.SystemConfig.$Properties|null);

            /**
             * Encodes the specified ResetPoint message. Does not implicitly {@link atoll.v1.ResetPoint.verify|verify} messages.
             * @param message ResetPoint message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.ResetPoint.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ResetPoint message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.ResetPoint & atoll.v1.ResetPoint.$Shape} ResetPoint
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ResetPoint & atoll.v1.ResetPoint.$Shape;
        }

        namespace ResetPoint {

            /** Properties of a ResetPoint. */
            interface $Properties {

                /** ResetPoint safe */
                safe?: (atoll.v1.L2BlockRef.$Properties|null);

                /** ResetPoint l1Origin */
                l1Origin?: (atoll.v1.L1BlockRef.$Properties|null);

                /** ResetPoint systemConfig */
                systemConfig?: (atoll.v1.SystemConfig.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ResetPoint. */
            type $Shape = atoll.v1.ResetPoint.$Properties;
        }

        /**
         * Properties of a PayloadAttributes.
         * @deprecated Use atoll.v1.PayloadAttributes.$Properties instead.
         */
        interface IPayloadAttributes extends atoll.v1.PayloadAttributes.$Properties {
        }

        /** Represents a PayloadAttributes. */
        class PayloadAttributes {

            /**
             * Constructs a new PayloadAttributes.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.PayloadAttributes.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PayloadAttributes timestamp. */
            timestamp: Long;

            /** PayloadAttributes prevRandao. */
            prevRandao: Uint8Array;

            /** PayloadAttributes suggestedFeeRecipient. */
            suggestedFeeRecipient: Uint8Array;

            /** PayloadAttributes withdrawals. */
            withdrawals: boolean;

            /** PayloadAttributes parentBeaconBlockRoot. */
            parentBeaconBlockRoot?: (Uint8Array|null);

            /** PayloadAttributes transactions. */
            transactions: Uint8Array[];

            /** PayloadAttributes noTxPool. */
            noTxPool: boolean;

            /** PayloadAttributes gasLimit. */
            gasLimit: Long;

            /** PayloadAttributes eip1559Params. */
            eip1559Params?: (Uint8Array|null);

            /** PayloadAttributes minBaseFee. */
            minBaseFee?: (Long|null);

            /**
             * Encodes the specified PayloadAttributes message. Does not implicitly {@link atoll.v1.PayloadAttributes.verify|verify} messages.
             * @param message PayloadAttributes message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.PayloadAttributes.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PayloadAttributes message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.PayloadAttributes & atoll.v1.PayloadAttributes.$Shape} PayloadAttributes
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.PayloadAttributes & atoll.v1.PayloadAttributes.$Shape;
        }

        namespace PayloadAttributes {

            /** Properties of a PayloadAttributes. */
            interface $Properties {

                /** PayloadAttributes timestamp */
                timestamp?: (Long|null);

                /** PayloadAttributes prevRandao */
                prevRandao?: (Uint8Array|null);

                /** PayloadAttributes suggestedFeeRecipient */
                suggestedFeeRecipient?: (Uint8Array|null);

                /** PayloadAttributes withdrawals */
                withdrawals?: (boolean|null);

                /** PayloadAttributes parentBeaconBlockRoot */
                parentBeaconBlockRoot?: (Uint8Array|null);

                /** PayloadAttributes transactions */
                transactions?: (Uint8Array[]|null);

                /** PayloadAttributes noTxPool */
                noTxPool?: (boolean|null);

                /** PayloadAttributes gasLimit */
                gasLimit?: (Long|null);

                /** PayloadAttributes eip1559Params */
                eip1559Params?: (Uint8Array|null);

                /** PayloadAttributes minBaseFee */
                minBaseFee?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PayloadAttributes. */
            type $Shape = atoll.v1.PayloadAttributes.$Properties;
        }

        /**
         * Properties of an ApplyAttributesRequest.
         * @deprecated Use atoll.v1.ApplyAttributesRequest.$Properties instead.
         */
        interface IApplyAttributesRequest extends atoll.v1.ApplyAttributesRequest.$Properties {
        }

        /** Represents an ApplyAttributesRequest. */
        class ApplyAttributesRequest {

            /**
             * Constructs a new ApplyAttributesRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.ApplyAttributesRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ApplyAttributesRequest generation. */
            generation: Long;

            /** ApplyAttributesRequest sequence. */
            sequence: Long;

            /** ApplyAttributesRequest parent. */
            parent?: (atoll.v1.L2BlockRef.$Properties|null);

            /** ApplyAttributesRequest attributes. */
            attributes?: (atoll.v1.PayloadAttributes.$Properties|null);

            /** ApplyAttributesRequest derivedFrom. */
            derivedFrom?: (atoll.v1.L1BlockRef.$Properties|null);

            /** ApplyAttributesRequest concludesBatch. */
            concludesBatch: boolean;

            /**
             * Encodes the specified ApplyAttributesRequest message. Does not implicitly {@link atoll.v1.ApplyAttributesRequest.verify|verify} messages.
             * @param message ApplyAttributesRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.ApplyAttributesRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an ApplyAttributesRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.ApplyAttributesRequest & atoll.v1.ApplyAttributesRequest.$Shape} ApplyAttributesRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ApplyAttributesRequest & atoll.v1.ApplyAttributesRequest.$Shape;
        }

        namespace ApplyAttributesRequest {

            /** Properties of an ApplyAttributesRequest. */
            interface $Properties {

                /** ApplyAttributesRequest generation */
                generation?: (Long|null);

                /** ApplyAttributesRequest sequence */
                sequence?: (Long|null);

                /** ApplyAttributesRequest parent */
                parent?: (atoll.v1.L2BlockRef.$Properties|null);

                /** ApplyAttributesRequest attributes */
                attributes?: (atoll.v1.PayloadAttributes.$Properties|null);

                /** ApplyAttributesRequest derivedFrom */
                derivedFrom?: (atoll.v1.L1BlockRef.$Properties|null);

                /** ApplyAttributesRequest concludesBatch */
                concludesBatch?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an ApplyAttributesRequest. */
            type $Shape = atoll.v1.ApplyAttributesRequest.$Properties;
        }

        /**
         * Properties of an ApplyAttributesResponse.
         * @deprecated Use atoll.v1.ApplyAttributesResponse.$Properties instead.
         */
        interface IApplyAttributesResponse extends atoll.v1.ApplyAttributesResponse.$Properties {
        }

        /** Represents an ApplyAttributesResponse. */
        class ApplyAttributesResponse {

            /**
             * Constructs a new ApplyAttributesResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.ApplyAttributesResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ApplyAttributesResponse accepted. */
            accepted?: (atoll.v1.ApplyAttributesResponse.Accepted.$Properties|null);

            /** ApplyAttributesResponse refused. */
            refused?: (atoll.v1.ApplyAttributesResponse.Refused.$Properties|null);

            /** ApplyAttributesResponse outcome. */
            outcome?: ("accepted"|"refused");

            /**
             * Encodes the specified ApplyAttributesResponse message. Does not implicitly {@link atoll.v1.ApplyAttributesResponse.verify|verify} messages.
             * @param message ApplyAttributesResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.ApplyAttributesResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an ApplyAttributesResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.ApplyAttributesResponse & atoll.v1.ApplyAttributesResponse.$Shape} ApplyAttributesResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ApplyAttributesResponse & atoll.v1.ApplyAttributesResponse.$Shape;
        }

        namespace ApplyAttributesResponse {

            /** Properties of an ApplyAttributesResponse. */
            interface $Properties {

                /** ApplyAttributesResponse accepted */
                accepted?: (atoll.v1.ApplyAttributesResponse.Accepted.$Properties|null);

                /** ApplyAttributesResponse refused */
                refused?: (atoll.v1.ApplyAttributesResponse.Refused.$Properties|null);

                /** ApplyAttributesResponse outcome */
                outcome?: ("accepted"|"refused");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of an ApplyAttributesResponse. */
            type $Shape = {
              accepted?: atoll.v1.ApplyAttributesResponse.Accepted.$Shape|null;
              refused?: atoll.v1.ApplyAttributesResponse.Refused.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ outcome?: undefined; accepted?: null; refused?: null }|{ outcome?: "accepted"; accepted: atoll.v1.ApplyAttributesResponse.Accepted.$Shape; refused?: null }|{ outcome?: "refused"; accepted?: null; refused: atoll.v1.ApplyAttributesResponse.Refused.$Shape })
            );

            /**
             * Properties of an Accepted.
             * @deprecated Use atoll.v1.ApplyAttributesResponse.Accepted.$Properties instead.
             */
            interface IAccepted extends atoll.v1.ApplyAttributesResponse.Accepted.$Properties {
            }

            /** Represents an Accepted. */
            class Accepted {

                /**
                 * Constructs a new Accepted.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: atoll.v1.ApplyAttributesResponse.Accepted.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Encodes the specified Accepted message. Does not implicitly {@link atoll.v1.ApplyAttributesResponse.Accepted.verify|verify} messages.
                 * @param message Accepted message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: atoll.v1.ApplyAttributesResponse.Accepted.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an Accepted message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {atoll.v1.ApplyAttributesResponse.Accepted & atoll.v1.ApplyAttributesResponse.Accepted.$Shape} Accepted
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ApplyAttributesResponse.Accepted & atoll.v1.ApplyAttributesResponse.Accepted.$Shape;
            }

            namespace Accepted {

                /** Properties of an Accepted. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an Accepted. */
                type $Shape = atoll.v1.ApplyAttributesResponse.Accepted.$Properties;
            }

            /**
             * Properties of a Refused.
             * @deprecated Use atoll.v1.ApplyAttributesResponse.Refused.$Properties instead.
             */
            interface IRefused extends atoll.v1.ApplyAttributesResponse.Refused.$Properties {
            }

            /** Represents a Refused. */
            class Refused {

                /**
                 * Constructs a new Refused.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: atoll.v1.ApplyAttributesResponse.Refused.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Refused generation. */
                generation: Long;

                /**
                 * Encodes the specified Refused message. Does not implicitly {@link atoll.v1.ApplyAttributesResponse.Refused.verify|verify} messages.
                 * @param message Refused message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: atoll.v1.ApplyAttributesResponse.Refused.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Refused message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {atoll.v1.ApplyAttributesResponse.Refused & atoll.v1.ApplyAttributesResponse.Refused.$Shape} Refused
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ApplyAttributesResponse.Refused & atoll.v1.ApplyAttributesResponse.Refused.$Shape;
            }

            namespace Refused {

                /** Properties of a Refused. */
                interface $Properties {

                    /** Refused generation */
                    generation?: (Long|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Refused. */
                type $Shape = atoll.v1.ApplyAttributesResponse.Refused.$Properties;
            }
        }

        /**
         * Properties of a ResetRequest.
         * @deprecated Use atoll.v1.ResetRequest.$Properties instead.
         */
        interface IResetRequest extends atoll.v1.ResetRequest.$Properties {
        }

        /** Represents a ResetRequest. */
        class ResetRequest {

            /**
             * Constructs a new ResetRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.ResetRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ResetRequest generation. */
            generation: Long;

            /** ResetRequest reason. */
            reason: atoll.v1.ResetRequest.Reason;

            /** ResetRequest safe. */
            safe?: (atoll.v1.BlockId.$Properties|null);

            /**
             * Encodes the specified ResetRequest message. Does not implicitly {@link atoll.v1.ResetRequest.verify|verify} messages.
             * @param message ResetRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.ResetRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ResetRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.ResetRequest & atoll.v1.ResetRequest.$Shape} ResetRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ResetRequest & atoll.v1.ResetRequest.$Shape;
        }

        namespace ResetRequest {

            /** Properties of a ResetRequest. */
            interface $Properties {

                /** ResetRequest generation */
                generation?: (Long|null);

                /** ResetRequest reason */
                reason?: (atoll.v1.ResetRequest.Reason|null);

                /** ResetRequest safe */
                safe?: (atoll.v1.BlockId.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ResetRequest. */
            type $Shape = atoll.v1.ResetRequest.$Properties;

            /** Reason enum. */
            enum Reason {

                /** REASON_UNSPECIFIED value */
                REASON_UNSPECIFIED = 0,

                /** L1_REORG value */
                L1_REORG = 1,

                /** INVALID_PAYLOAD value */
                INVALID_PAYLOAD = 2,

                /** OPERATOR value */
                OPERATOR = 3,

                /** HISTORY value */
                HISTORY = 4,

                /** UNKNOWN_INCLUSION value */
                UNKNOWN_INCLUSION = 5,

                /** ENGINE_BEHIND value */
                ENGINE_BEHIND = 6,

                /** L1_PARENT_HASH value */
                L1_PARENT_HASH = 7,

                /** L1_TIMESTAMP value */
                L1_TIMESTAMP = 8,

                /** PARENT_HASH value */
                PARENT_HASH = 9,

                /** TIMESTAMP value */
                TIMESTAMP = 10,

                /** EPOCH value */
                EPOCH = 11,

                /** EPOCH_OF_OTHER_CHAIN value */
                EPOCH_OF_OTHER_CHAIN = 12
            }
        }

        /**
         * Properties of a ResetResponse.
         * @deprecated Use atoll.v1.ResetResponse.$Properties instead.
         */
        interface IResetResponse extends atoll.v1.ResetResponse.$Properties {
        }

        /** Represents a ResetResponse. */
        class ResetResponse {

            /**
             * Constructs a new ResetResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.ResetResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ResetResponse generation. */
            generation: Long;

            /**
             * Encodes the specified ResetResponse message. Does not implicitly {@link atoll.v1.ResetResponse.verify|verify} messages.
             * @param message ResetResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.ResetResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ResetResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.ResetResponse & atoll.v1.ResetResponse.$Shape} ResetResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ResetResponse & atoll.v1.ResetResponse.$Shape;
        }

        namespace ResetResponse {

            /** Properties of a ResetResponse. */
            interface $Properties {

                /** ResetResponse generation */
                generation?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ResetResponse. */
            type $Shape = atoll.v1.ResetResponse.$Properties;
        }

        /**
         * Properties of a FetchL2BlockRequest.
         * @deprecated Use atoll.v1.FetchL2BlockRequest.$Properties instead.
         */
        interface IFetchL2BlockRequest extends atoll.v1.FetchL2BlockRequest.$Properties {
        }

        /** Represents a FetchL2BlockRequest. */
        class FetchL2BlockRequest {

            /**
             * Constructs a new FetchL2BlockRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.FetchL2BlockRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** FetchL2BlockRequest number. */
            number?: (Long|null);

            /** FetchL2BlockRequest hash. */
            hash?: (Uint8Array|null);

            /** FetchL2BlockRequest label. */
            label?: (atoll.v1.FetchL2BlockRequest.Label|null);

            /** FetchL2BlockRequest part. */
            part: atoll.v1.FetchL2BlockRequest.Part;

            /** FetchL2BlockRequest block. */
            block?: ("number"|"hash"|"label");

            /**
             * Encodes the specified FetchL2BlockRequest message. Does not implicitly {@link atoll.v1.FetchL2BlockRequest.verify|verify} messages.
             * @param message FetchL2BlockRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.FetchL2BlockRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a FetchL2BlockRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.FetchL2BlockRequest & atoll.v1.FetchL2BlockRequest.$Shape} FetchL2BlockRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FetchL2BlockRequest & atoll.v1.FetchL2BlockRequest.$Shape;
        }

        namespace FetchL2BlockRequest {

            /** Properties of a FetchL2BlockRequest. */
            interface $Properties {

                /** FetchL2BlockRequest number */
                number?: (Long|null);

                /** FetchL2BlockRequest hash */
                hash?: (Uint8Array|null);

                /** FetchL2BlockRequest label */
                label?: (atoll.v1.FetchL2BlockRequest.Label|null);

                /** FetchL2BlockRequest part */
                part?: (atoll.v1.FetchL2BlockRequest.Part|null);

                /** FetchL2BlockRequest block */
                block?: ("number"|"hash"|"label");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a FetchL2BlockRequest. */
            type $Shape = {
              number?: Long|null;
              hash?: Uint8Array|null;
              label?: atoll.v1.FetchL2BlockRequest.Label|null;
              part?: atoll.v1.FetchL2BlockRequest.Part|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ block?: undefined; number?: null; hash?: null; label?: null }|{ block?: "number"; number: Long; hash?: null; label?: null }|{ block?: "hash"; number?: null; hash: Uint8Array; label?: null }|{ block?: "label"; number?: null; hash?: null; label: atoll.v1.FetchL2BlockRequest.Label })
            );

            /** Label enum. */
            enum Label {

                /** LABEL_UNSPECIFIED value */
                LABEL_UNSPECIFIED = 0,

                /** UNSAFE value */
                UNSAFE = 1,

                /** SAFE value */
                SAFE = 2,

                /** FINALIZED value */
                FINALIZED = 3
            }

            /** Part enum. */
            enum Part {

                /** PART_UNSPECIFIED value */
                PART_UNSPECIFIED = 0,

                /** REF value */
                REF = 1,

                /** HEADER value */
                HEADER = 2,

                /** PAYLOAD value */
                PAYLOAD = 3,

                /** ACCOUNT_PROOF value */
                ACCOUNT_PROOF = 4
            }
        }

        /**
         * Properties of a FetchL2BlockResponse.
         * @deprecated Use atoll.v1.FetchL2BlockResponse.$Properties instead.
         */
        interface IFetchL2BlockResponse extends atoll.v1.FetchL2BlockResponse.$Properties {
        }

        /** Represents a FetchL2BlockResponse. */
        class FetchL2BlockResponse {

            /**
             * Constructs a new FetchL2BlockResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.FetchL2BlockResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** FetchL2BlockResponse generation. */
            generation: Long;

            /** FetchL2BlockResponse found. */
            found?: (atoll.v1.FetchL2BlockResponse.Found.$Properties|null);

            /** FetchL2BlockResponse notFound. */
            notFound?: (atoll.v1.FetchL2BlockResponse.NotFound.$Properties|null);

            /** FetchL2BlockResponse outcome. */
            outcome?: ("found"|"notFound");

            /**
             * Encodes the specified FetchL2BlockResponse message. Does not implicitly {@link atoll.v1.FetchL2BlockResponse.verify|verify} messages.
             * @param message FetchL2BlockResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.FetchL2BlockResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a FetchL2BlockResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.FetchL2BlockResponse & atoll.v1.FetchL2BlockResponse.$Shape} FetchL2BlockResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FetchL2BlockResponse & atoll.v1.FetchL2BlockResponse.$Shape;
        }

        namespace FetchL2BlockResponse {

            /** Properties of a FetchL2BlockResponse. */
            interface $Properties {

                /** FetchL2BlockResponse generation */
                generation?: (Long|null);

                /** FetchL2BlockResponse found */
                found?: (atoll.v1.FetchL2BlockResponse.Found.$Properties|null);

                /** FetchL2BlockResponse notFound */
                notFound?: (atoll.v1.FetchL2BlockResponse.NotFound.$Properties|null);

                /** FetchL2BlockResponse outcome */
                outcome?: ("found"|"notFound");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a FetchL2BlockResponse. */
            type $Shape = {
              generation?: Long|null;
              found?: atoll.v1.FetchL2BlockResponse.Found.$Shape|null;
              notFound?: atoll.v1.FetchL2BlockResponse.NotFound.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ outcome?: undefined; found?: null; notFound?: null }|{ outcome?: "found"; found: atoll.v1.FetchL2BlockResponse.Found.$Shape; notFound?: null }|{ outcome?: "notFound"; found?: null; notFound: atoll.v1.FetchL2BlockResponse.NotFound.$Shape })
            );

            /**
             * Properties of a Found.
             * @deprecated Use atoll.v1.FetchL2BlockResponse.Found.$Properties instead.
             */
            interface IFound extends atoll.v1.FetchL2BlockResponse.Found.$Properties {
            }

            /** Represents a Found. */
            class Found {

                /**
                 * Constructs a new Found.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: atoll.v1.FetchL2BlockResponse.Found.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Found ref. */
                ref?: (atoll.v1.L2BlockRef.$Properties|null);

                /** Found header. */
                header?: (atoll.v1.PayloadHeader.$Properties|null);

                /** Found payload. */
                payload?: (atoll.v1.Payload.$Properties|null);

                /** Found accountProof. */
                accountProof?: (atoll.v1.AccountProof.$Properties|null);

                /** Found part. */
                part?: ("header"|"payload"|"accountProof");

                /**
                 * Encodes the specified Found message. Does not implicitly {@link atoll.v1.FetchL2BlockResponse.Found.verify|verify} messages.
                 * @param message Found message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: atoll.v1.FetchL2BlockResponse.Found.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Found message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {atoll.v1.FetchL2BlockResponse.Found & atoll.v1.FetchL2BlockResponse.Found.$Shape} Found
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FetchL2BlockResponse.Found & atoll.v1.FetchL2BlockResponse.Found.$Shape;
            }

            namespace Found {

                /** Properties of a Found. */
                interface $Properties {

                    /** Found ref */
                    ref?: (atoll.v1.L2BlockRef.$Properties|null);

                    /** Found header */
                    header?: (atoll.v1.PayloadHeader.$Properties|null);

                    /** Found payload */
                    payload?: (atoll.v1.Payload.$Properties|null);

                    /** Found accountProof */
                    accountProof?: (atoll.v1.AccountProof.$Properties|null);

                    /** Found part */
                    part?: ("header"|"payload"|"accountProof");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of a Found. */
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

            /**
             * Properties of a NotFound.
             * @deprecated Use atoll.v1.FetchL2BlockResponse.NotFound.$Properties instead.
             */
            interface INotFound extends atoll.v1.FetchL2BlockResponse.NotFound.$Properties {
            }

            /** Represents a NotFound. */
            class NotFound {

                /**
                 * Constructs a new NotFound.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: atoll.v1.FetchL2BlockResponse.NotFound.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Encodes the specified NotFound message. Does not implicitly {@link atoll.v1.FetchL2BlockResponse.NotFound.verify|verify} messages.
                 * @param message NotFound message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: atoll.v1.FetchL2BlockResponse.NotFound.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a NotFound message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {atoll.v1.FetchL2BlockResponse.NotFound & atoll.v1.FetchL2BlockResponse.NotFound.$Shape} NotFound
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.FetchL2BlockResponse.NotFound & atoll.v1.FetchL2BlockResponse.NotFound.$Shape;
            }

            namespace NotFound {

                /** Properties of a NotFound. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a NotFound. */
                type $Shape = atoll.v1.FetchL2BlockResponse.NotFound.$Properties;
            }
        }

        /**
         * Properties of a PayloadHeader.
         * @deprecated Use atoll.v1.PayloadHeader.$Properties instead.
         */
        interface IPayloadHeader extends atoll.v1.PayloadHeader.$Properties {
        }

        /** Represents a PayloadHeader. */
        class PayloadHeader {

            /**
             * Constructs a new PayloadHeader.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.PayloadHeader.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PayloadHeader blockHash. */
            blockHash: Uint8Array;

            /** PayloadHeader parentHash. */
            parentHash: Uint8Array;

            /** PayloadHeader feeRecipient. */
            feeRecipient: Uint8Array;

            /** PayloadHeader stateRoot. */
            stateRoot: Uint8Array;

            /** PayloadHeader receiptsRoot. */
            receiptsRoot: Uint8Array;

            /** PayloadHeader logsBloom. */
            logsBloom: Uint8Array;

            /** PayloadHeader prevRandao. */
            prevRandao: Uint8Array;

            /** PayloadHeader number. */
            number: Long;

            /** PayloadHeader gasLimit. */
            gasLimit: Long;

            /** PayloadHeader gasUsed. */
            gasUsed: Long;

            /** PayloadHeader timestamp. */
            timestamp: Long;

            /** PayloadHeader extraData. */
            extraData: Uint8Array;

            /** PayloadHeader baseFeePerGas. */
            baseFeePerGas: Uint8Array;

            /** PayloadHeader withdrawals. */
            withdrawals: boolean;

            /** PayloadHeader blobGasUsed. */
            blobGasUsed?: (Long|null);

            /** PayloadHeader excessBlobGas. */
            excessBlobGas?: (Long|null);

            /** PayloadHeader parentBeaconBlockRoot. */
            parentBeaconBlockRoot?: (Uint8Array|null);

            /** PayloadHeader withdrawalsRoot. */
            withdrawalsRoot?: (Uint8Array|null);

            /**
             * Encodes the specified PayloadHeader message. Does not implicitly {@link atoll.v1.PayloadHeader.verify|verify} messages.
             * @param message PayloadHeader message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.PayloadHeader.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PayloadHeader message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.PayloadHeader & atoll.v1.PayloadHeader.$Shape} PayloadHeader
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.PayloadHeader & atoll.v1.PayloadHeader.$Shape;
        }

        namespace PayloadHeader {

            /** Properties of a PayloadHeader. */
            interface $Properties {

                /** PayloadHeader blockHash */
                blockHash?: (Uint8Array|null);

                /** PayloadHeader parentHash */
                parentHash?: (Uint8Array|null);

                /** PayloadHeader feeRecipient */
                feeRecipient?: (Uint8Array|null);

                /** PayloadHeader stateRoot */
                stateRoot?: (Uint8Array|null);

                /** PayloadHeader receiptsRoot */
                receiptsRoot?: (Uint8Array|null);

                /** PayloadHeader logsBloom */
                logsBloom?: (Uint8Array|null);

                /** PayloadHeader prevRandao */
                prevRandao?: (Uint8Array|null);

                /** PayloadHeader number */
                number?: (Long|null);

                /** PayloadHeader gasLimit */
                gasLimit?: (Long|null);

                /** PayloadHeader gasUsed */
                gasUsed?: (Long|null);

                /** PayloadHeader timestamp */
                timestamp?: (Long|null);

                /** PayloadHeader extraData */
                extraData?: (Uint8Array|null);

                /** PayloadHeader baseFeePerGas */
                baseFeePerGas?: (Uint8Array|null);

                /** PayloadHeader withdrawals */
                withdrawals?: (boolean|null);

                /** PayloadHeader blobGasUsed */
                blobGasUsed?: (Long|null);

                /** PayloadHeader excessBlobGas */
                excessBlobGas?: (Long|null);

                /** PayloadHeader parentBeaconBlockRoot */
                parentBeaconBlockRoot?: (Uint8Array|null);

                /** PayloadHeader withdrawalsRoot */
                withdrawalsRoot?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PayloadHeader. */
            type $Shape = atoll.v1.PayloadHeader.$Properties;
        }

        /**
         * Properties of a Payload.
         * @deprecated Use atoll.v1.Payload.$Properties instead.
         */
        interface IPayload extends atoll.v1.Payload.$Properties {
        }

        /** Represents a Payload. */
        class Payload {

            /**
             * Constructs a new Payload.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.Payload.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Payload header. */
            header?: (atoll.v1.PayloadHeader.$Properties|null);

            /** Payload transactions. */
            transactions: Uint8Array[];

            /**
             * Encodes the specified Payload message. Does not implicitly {@link atoll.v1.Payload.verify|verify} messages.
             * @param message Payload message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.Payload.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Payload message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.Payload & atoll.v1.Payload.$Shape} Payload
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.Payload & atoll.v1.Payload.$Shape;
        }

        namespace Payload {

            /** Properties of a Payload. */
            interface $Properties {

                /** Payload header */
                header?: (atoll.v1.PayloadHeader.$Properties|null);

                /** Payload transactions */
                transactions?: (Uint8Array[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Payload. */
            type $Shape = atoll.v1.Payload.$Properties;
        }

        /**
         * Properties of an AccountProof.
         * @deprecated Use atoll.v1.AccountProof.$Properties instead.
         */
        interface IAccountProof extends atoll.v1.AccountProof.$Properties {
        }

        /** Represents an AccountProof. */
        class AccountProof {

            /**
             * Constructs a new AccountProof.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.AccountProof.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AccountProof stateRoot. */
            stateRoot: Uint8Array;

            /** AccountProof address. */
            address: Uint8Array;

            /** AccountProof storageHash. */
            storageHash: Uint8Array;

            /** AccountProof codeHash. */
            codeHash: Uint8Array;

            /** AccountProof nonce. */
            nonce: Long;

            /** AccountProof balance. */
            balance: Uint8Array;

            /** AccountProof proof. */
            proof: Uint8Array[];

            /**
             * Encodes the specified AccountProof message. Does not implicitly {@link atoll.v1.AccountProof.verify|verify} messages.
             * @param message AccountProof message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.AccountProof.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AccountProof message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.AccountProof & atoll.v1.AccountProof.$Shape} AccountProof
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.AccountProof & atoll.v1.AccountProof.$Shape;
        }

        namespace AccountProof {

            /** Properties of an AccountProof. */
            interface $Properties {

                /** AccountProof stateRoot */
                stateRoot?: (Uint8Array|null);

                /** AccountProof address */
                address?: (Uint8Array|null);

                /** AccountProof storageHash */
                storageHash?: (Uint8Array|null);

                /** AccountProof codeHash */
                codeHash?: (Uint8Array|null);

                /** AccountProof nonce */
                nonce?: (Long|null);

                /** AccountProof balance */
                balance?: (Uint8Array|null);

                /** AccountProof proof */
                proof?: (Uint8Array[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AccountProof. */
            type $Shape = atoll.v1.AccountProof.$Properties;
        }

        /**
         * Properties of a ReceivedPayload.
         * @deprecated Use atoll.v1.ReceivedPayload.$Properties instead.
         */
        interface IReceivedPayload extends atoll.v1.ReceivedPayload.$Properties {
        }

        /** Represents a ReceivedPayload. */
        class ReceivedPayload {

            /**
             * Constructs a new ReceivedPayload.
             * @param [properties] Properties to set
             */
            constructor(properties?: atoll.v1.ReceivedPayload.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ReceivedPayload payload. */
            payload?: (atoll.v1.Payload.$Properties|null);

            /**
             * Encodes the specified ReceivedPayload message. Does not implicitly {@link atoll.v1.ReceivedPayload.verify|verify} messages.
             * @param message ReceivedPayload message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: atoll.v1.ReceivedPayload.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ReceivedPayload message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {atoll.v1.ReceivedPayload & atoll.v1.ReceivedPayload.$Shape} ReceivedPayload
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): atoll.v1.ReceivedPayload & atoll.v1.ReceivedPayload.$Shape;
        }

        namespace ReceivedPayload {

            /** Properties of a ReceivedPayload. */
            interface $Properties {

                /** ReceivedPayload payload */
                payload?: (atoll.v1.Payload.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ReceivedPayload. */
            type $Shape = atoll.v1.ReceivedPayload.$Properties;
        }
    }
}
