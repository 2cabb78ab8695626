/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["default"] || ($protobuf.roots["default"] = {});

export const atoll = $root.atoll = (() => {

    /**
     * Namespace atoll.
     * @exports atoll
     * @namespace
     */
    const atoll = {};

    atoll.v1 = (function() {

        /**
         * Namespace v1.
         * @memberof atoll
         * @namespace
         */
        const v1 = {};

        v1.BlockId = (function() {

            /**
             * Properties of a BlockId.
             * @typedef {Object} atoll.v1.BlockId.$Properties
             * @property {Uint8Array|null} [hash] BlockId hash
             * @property {Long|null} [number] BlockId number
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a BlockId.
             * @memberof atoll.v1
             * @interface IBlockId
             * @augments atoll.v1.BlockId.$Properties
             * @deprecated Use atoll.v1.BlockId.$Properties instead.
             */

            /**
             * Shape of a BlockId.
             * @typedef {atoll.v1.BlockId.$Properties} atoll.v1.BlockId.$Shape
             */

            /**
             * Constructs a new BlockId.
             * @memberof atoll.v1
             * @classdesc Represents a BlockId.
             * @constructor
             * @param {atoll.v1.BlockId.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const BlockId = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * BlockId hash.
             * @member {Uint8Array} hash
             * @memberof atoll.v1.BlockId
             * @instance
             */
            BlockId.prototype.hash = $util.newBuffer([]);

            /**
             * BlockId number.
             * @member {Long} number
             * @memberof atoll.v1.BlockId
             * @instance
             */
            BlockId.prototype.number = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified BlockId message. Does not implicitly {@link atoll.v1.BlockId.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.BlockId
             * @static
             * @param {atoll.v1.BlockId.$Properties} message BlockId message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            BlockId.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.hash != null && $Object.hasOwnProperty.call(message, "hash") && message.hash.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.hash);
                if (message.number != null && $Object.hasOwnProperty.call(message, "number") && (typeof message.number === "object" ? message.number.low || message.number.high : message.number !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.number);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a BlockId message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.BlockId
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.BlockId & atoll.v1.BlockId.$Shape} BlockId
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            BlockId.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.BlockId();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.hash = value;
                            else
                                delete message.hash;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.number = value;
                            else
                                delete message.number;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return BlockId;
        })();

        v1.L1BlockRef = (function() {

            /**
             * Properties of a L1BlockRef.
             * @typedef {Object} atoll.v1.L1BlockRef.$Properties
             * @property {Uint8Array|null} [hash] L1BlockRef hash
             * @property {Long|null} [number] L1BlockRef number
             * @property {Uint8Array|null} [parentHash] L1BlockRef parentHash
             * @property {Long|null} [timestamp] L1BlockRef timestamp
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a L1BlockRef.
             * @memberof atoll.v1
             * @interface IL1BlockRef
             * @augments atoll.v1.L1BlockRef.$Properties
             * @deprecated Use atoll.v1.L1BlockRef.$Properties instead.
             */

            /**
             * Shape of a L1BlockRef.
             * @typedef {atoll.v1.L1BlockRef.$Properties} atoll.v1.L1BlockRef.$Shape
             */

            /**
             * Constructs a new L1BlockRef.
             * @memberof atoll.v1
             * @classdesc Represents a L1BlockRef.
             * @constructor
             * @param {atoll.v1.L1BlockRef.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const L1BlockRef = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * L1BlockRef hash.
             * @member {Uint8Array} hash
             * @memberof atoll.v1.L1BlockRef
             * @instance
             */
            L1BlockRef.prototype.hash = $util.newBuffer([]);

            /**
             * L1BlockRef number.
             * @member {Long} number
             * @memberof atoll.v1.L1BlockRef
             * @instance
             */
            L1BlockRef.prototype.number = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * L1BlockRef parentHash.
             * @member {Uint8Array} parentHash
             * @memberof atoll.v1.L1BlockRef
             * @instance
             */
            L1BlockRef.prototype.parentHash = $util.newBuffer([]);

            /**
             * L1BlockRef timestamp.
             * @member {Long} timestamp
             * @memberof atoll.v1.L1BlockRef
             * @instance
             */
            L1BlockRef.prototype.timestamp = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified L1BlockRef message. Does not implicitly {@link atoll.v1.L1BlockRef.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.L1BlockRef
             * @static
             * @param {atoll.v1.L1BlockRef.$Properties} message L1BlockRef message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            L1BlockRef.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.hash != null && $Object.hasOwnProperty.call(message, "hash") && message.hash.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.hash);
                if (message.number != null && $Object.hasOwnProperty.call(message, "number") && (typeof message.number === "object" ? message.number.low || message.number.high : message.number !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.number);
                if (message.parentHash != null && $Object.hasOwnProperty.call(message, "parentHash") && message.parentHash.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.parentHash);
                if (message.timestamp != null && $Object.hasOwnProperty.call(message, "timestamp") && (typeof message.timestamp === "object" ? message.timestamp.low || message.timestamp.high : message.timestamp !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.timestamp);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a L1BlockRef message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.L1BlockRef
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.L1BlockRef & atoll.v1.L1BlockRef.$Shape} L1BlockRef
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            L1BlockRef.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.L1BlockRef();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.hash = value;
                            else
                                delete message.hash;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.number = value;
                            else
                                delete message.number;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.parentHash = value;
                            else
                                delete message.parentHash;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.timestamp = value;
                            else
                                delete message.timestamp;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return L1BlockRef;
        })();

        v1.L2BlockRef = (function() {

            /**
             * Properties of a L2BlockRef.
             * @typedef {Object} atoll.v1.L2BlockRef.$Properties
             * @property {Uint8Array|null} [hash] L2BlockRef hash
             * @property {Long|null} [number] L2BlockRef number
             * @property {Uint8Array|null} [parentHash] L2BlockRef parentHash
             * @property {Long|null} [timestamp] L2BlockRef timestamp
             * @property {atoll.v1.BlockId.$Properties|null} [l1Origin] L2BlockRef l1Origin
             * @property {Long|null} [sequenceNumber] L2BlockRef sequenceNumber
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a L2BlockRef.
             * @memberof atoll.v1
             * @interface IL2BlockRef
             * @augments atoll.v1.L2BlockRef.$Properties
             * @deprecated Use atoll.v1.L2BlockRef.$Properties instead.
             */

            /**
             * Shape of a L2BlockRef.
             * @typedef {atoll.v1.L2BlockRef.$Properties} atoll.v1.L2BlockRef.$Shape
             */

            /**
             * Constructs a new L2BlockRef.
             * @memberof atoll.v1
             * @classdesc Represents a L2BlockRef.
             * @constructor
             * @param {atoll.v1.L2BlockRef.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const L2BlockRef = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * L2BlockRef hash.
             * @member {Uint8Array} hash
             * @memberof atoll.v1.L2BlockRef
             * @instance
             */
            L2BlockRef.prototype.hash = $util.newBuffer([]);

            /**
             * L2BlockRef number.
             * @member {Long} number
             * @memberof atoll.v1.L2BlockRef
             * @instance
             */
            L2BlockRef.prototype.number = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * L2BlockRef parentHash.
             * @member {Uint8Array} parentHash
             * @memberof atoll.v1.L2BlockRef
             * @instance
             */
            L2BlockRef.prototype.parentHash = $util.newBuffer([]);

            /**
             * L2BlockRef timestamp.
             * @member {Long} timestamp
             * @memberof atoll.v1.L2BlockRef
             * @instance
             */
            L2BlockRef.prototype.timestamp = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * L2BlockRef l1Origin.
             * @member {atoll.v1.BlockId.$Properties|null|undefined} l1Origin
             * @memberof atoll.v1.L2BlockRef
             * @instance
             */
            L2BlockRef.prototype.l1Origin = null;

            /**
             * L2BlockRef sequenceNumber.
             * @member {Long} sequenceNumber
             * @memberof atoll.v1.L2BlockRef
             * @instance
             */
            L2BlockRef.prototype.sequenceNumber = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified L2BlockRef message. Does not implicitly {@link atoll.v1.L2BlockRef.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.L2BlockRef
             * @static
             * @param {atoll.v1.L2BlockRef.$Properties} message L2BlockRef message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            L2BlockRef.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.hash != null && $Object.hasOwnProperty.call(message, "hash") && message.hash.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.hash);
                if (message.number != null && $Object.hasOwnProperty.call(message, "number") && (typeof message.number === "object" ? message.number.low || message.number.high : message.number !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.number);
                if (message.parentHash != null && $Object.hasOwnProperty.call(message, "parentHash") && message.parentHash.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.parentHash);
                if (message.timestamp != null && $Object.hasOwnProperty.call(message, "timestamp") && (typeof message.timestamp === "object" ? message.timestamp.low || message.timestamp.high : message.timestamp !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.timestamp);
                if (message.l1Origin != null && $Object.hasOwnProperty.call(message, "l1Origin"))
                    $root.atoll.v1.BlockId.encode(message.l1Origin, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.sequenceNumber != null && $Object.hasOwnProperty.call(message, "sequenceNumber") && (typeof message.sequenceNumber === "object" ? message.sequenceNumber.low || message.sequenceNumber.high : message.sequenceNumber !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).uint64(message.sequenceNumber);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a L2BlockRef message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.L2BlockRef
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.L2BlockRef & atoll.v1.L2BlockRef.$Shape} L2BlockRef
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            L2BlockRef.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.L2BlockRef();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.hash = value;
                            else
                                delete message.hash;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.number = value;
                            else
                                delete message.number;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.parentHash = value;
                            else
                                delete message.parentHash;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.timestamp = value;
                            else
                                delete message.timestamp;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.l1Origin = $root.atoll.v1.BlockId.decode(reader, reader.size(), $undefined, _depth + 1, message.l1Origin);
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.sequenceNumber = value;
                            else
                                delete message.sequenceNumber;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return L2BlockRef;
        })();

        v1.SystemConfig = (function() {

            /**
             * Properties of a SystemConfig.
             * @typedef {Object} atoll.v1.SystemConfig.$Properties
             * @property {Uint8Array|null} [batcherAddress] SystemConfig batcherAddress
             * @property {Uint8Array|null} [overhead] SystemConfig overhead
             * @property {Uint8Array|null} [scalar] SystemConfig scalar
             * @property {Long|null} [gasLimit] SystemConfig gasLimit
             * @property {Uint8Array|null} [eip1559Params] SystemConfig eip1559Params
             * @property {Uint8Array|null} [operatorFeeParams] SystemConfig operatorFeeParams
             * @property {Long|null} [minBaseFee] SystemConfig minBaseFee
             * @property {number|null} [daFootprintGasScalar] SystemConfig daFootprintGasScalar
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SystemConfig.
             * @memberof atoll.v1
             * @interface ISystemConfig
             * @augments atoll.v1.SystemConfig.$Properties
             * @deprecated Use atoll.v1.SystemConfig.$Properties instead.
             */

            /**
             * Shape of a SystemConfig.
             * @typedef {atoll.v1.SystemConfig.$Properties} atoll.v1.SystemConfig.$Shape
             */

            /**
             * Constructs a new SystemConfig.
             * @memberof atoll.v1
             * @classdesc Represents a SystemConfig.
             * @constructor
             * @param {atoll.v1.SystemConfig.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SystemConfig = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SystemConfig batcherAddress.
             * @member {Uint8Array} batcherAddress
             * @memberof atoll.v1.SystemConfig
             * @instance
             */
            SystemConfig.prototype.batcherAddress = $util.newBuffer([]);

            /**
             * SystemConfig overhead.
             * @member {Uint8Array} overhead
             * @memberof atoll.v1.SystemConfig
             * @instance
             */
            SystemConfig.prototype.overhead = $util.newBuffer([]);

            /**
             * SystemConfig scalar.
             * @member {Uint8Array} scalar
             * @memberof atoll.v1.SystemConfig
             * @instance
             */
            SystemConfig.prototype.scalar = $util.newBuffer([]);

            /**
             * SystemConfig gasLimit.
             * @member {Long} gasLimit
             * @memberof atoll.v1.SystemConfig
             * @instance
             */
            SystemConfig.prototype.gasLimit = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * SystemConfig eip1559Params.
             * @member {Uint8Array} eip1559Params
             * @memberof atoll.v1.SystemConfig
             * @instance
             */
            SystemConfig.prototype.eip1559Params = $util.newBuffer([]);

            /**
             * SystemConfig operatorFeeParams.
             * @member {Uint8Array} operatorFeeParams
             * @memberof atoll.v1.SystemConfig
             * @instance
             */
            SystemConfig.prototype.operatorFeeParams = $util.newBuffer([]);

            /**
             * SystemConfig minBaseFee.
             * @member {Long} minBaseFee
             * @memberof atoll.v1.SystemConfig
             * @instance
             */
            SystemConfig.prototype.minBaseFee = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * SystemConfig daFootprintGasScalar.
             * @member {number} daFootprintGasScalar
             * @memberof atoll.v1.SystemConfig
             * @instance
             */
            SystemConfig.prototype.daFootprintGasScalar = 0;

            /**
             * Encodes the specified SystemConfig message. Does not implicitly {@link atoll.v1.SystemConfig.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.SystemConfig
             * @static
             * @param {atoll.v1.SystemConfig.$Properties} message SystemConfig message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SystemConfig.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.batcherAddress != null && $Object.hasOwnProperty.call(message, "batcherAddress") && message.batcherAddress.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.batcherAddress);
                if (message.overhead != null && $Object.hasOwnProperty.call(message, "overhead") && message.overhead.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.overhead);
                if (message.scalar != null && $Object.hasOwnProperty.call(message, "scalar") && message.scalar.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.scalar);
                if (message.gasLimit != null && $Object.hasOwnProperty.call(message, "gasLimit") && (typeof message.gasLimit === "object" ? message.gasLimit.low || message.gasLimit.high : message.gasLimit !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.gasLimit);
                if (message.eip1559Params != null && $Object.hasOwnProperty.call(message, "eip1559Params") && message.eip1559Params.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).bytes(message.eip1559Params);
                if (message.operatorFeeParams != null && $Object.hasOwnProperty.call(message, "operatorFeeParams") && message.operatorFeeParams.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.operatorFeeParams);
                if (message.minBaseFee != null && $Object.hasOwnProperty.call(message, "minBaseFee") && (typeof message.minBaseFee === "object" ? message.minBaseFee.low || message.minBaseFee.high : message.minBaseFee !== 0))
                    writer.uint32(/* id 7, wireType 0 =*/56).uint64(message.minBaseFee);
                if (message.daFootprintGasScalar != null && $Object.hasOwnProperty.call(message, "daFootprintGasScalar") && message.daFootprintGasScalar !== 0)
                    writer.uint32(/* id 8, wireType 0 =*/64).uint32(message.daFootprintGasScalar);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SystemConfig message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.SystemConfig
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.SystemConfig & atoll.v1.SystemConfig.$Shape} SystemConfig
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SystemConfig.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.SystemConfig();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.batcherAddress = value;
                            else
                                delete message.batcherAddress;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.overhead = value;
                            else
                                delete message.overhead;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.scalar = value;
                            else
                                delete message.scalar;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.gasLimit = value;
                            else
                                delete message.gasLimit;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.eip1559Params = value;
                            else
                                delete message.eip1559Params;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.operatorFeeParams = value;
                            else
                                delete message.operatorFeeParams;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.minBaseFee = value;
                            else
                                delete message.minBaseFee;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.daFootprintGasScalar = value;
                            else
                                delete message.daFootprintGasScalar;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SystemConfig;
        })();

        v1.Fault = (function() {

            /**
             * Properties of a Fault.
             * @typedef {Object} atoll.v1.Fault.$Properties
             * @property {string|null} [code] Fault code
             * @property {atoll.v1.Fault.Severity|null} [severity] Fault severity
             * @property {string|null} [detail] Fault detail
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Fault.
             * @memberof atoll.v1
             * @interface IFault
             * @augments atoll.v1.Fault.$Properties
             * @deprecated Use atoll.v1.Fault.$Properties instead.
             */

            /**
             * Shape of a Fault.
             * @typedef {atoll.v1.Fault.$Properties} atoll.v1.Fault.$Shape
             */

            /**
             * Constructs a new Fault.
             * @memberof atoll.v1
             * @classdesc Represents a Fault.
             * @constructor
             * @param {atoll.v1.Fault.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Fault = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Fault code.
             * @member {string} code
             * @memberof atoll.v1.Fault
             * @instance
             */
            Fault.prototype.code = "";

            /**
             * Fault severity.
             * @member {atoll.v1.Fault.Severity} severity
             * @memberof atoll.v1.Fault
             * @instance
             */
            Fault.prototype.severity = 0;

            /**
             * Fault detail.
             * @member {string} detail
             * @memberof atoll.v1.Fault
             * @instance
             */
            Fault.prototype.detail = "";

            /**
             * Encodes the specified Fault message. Does not implicitly {@link atoll.v1.Fault.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.Fault
             * @static
             * @param {atoll.v1.Fault.$Properties} message Fault message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Fault.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.code != null && $Object.hasOwnProperty.call(message, "code") && message.code !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.code);
                if (message.severity != null && $Object.hasOwnProperty.call(message, "severity") && message.severity !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).int32(message.severity);
                if (message.detail != null && $Object.hasOwnProperty.call(message, "detail") && message.detail !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.detail);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Fault message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.Fault
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.Fault & atoll.v1.Fault.$Shape} Fault
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Fault.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.Fault();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.code = value;
                            else
                                delete message.code;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.severity = value;
                            else
                                delete message.severity;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.detail = value;
                            else
                                delete message.detail;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Severity enum.
             * @name atoll.v1.Fault.Severity
             * @enum {number}
             * @property {number} SEVERITY_UNSPECIFIED=0 SEVERITY_UNSPECIFIED value
             * @property {number} TEMPORARY=1 TEMPORARY value
             * @property {number} RESET=2 RESET value
             * @property {number} CRITICAL=3 CRITICAL value
             */
            Fault.Severity = (function() {
                const valuesById = $Object.create(null), values = $Object.create(valuesById);
                values[valuesById[0] = "SEVERITY_UNSPECIFIED"] = 0;
                values[valuesById[1] = "TEMPORARY"] = 1;
                values[valuesById[2] = "RESET"] = 2;
                values[valuesById[3] = "CRITICAL"] = 3;
                return values;
            })();

            return Fault;
        })();

        v1.ServiceStatus = (function() {

            /**
             * Properties of a ServiceStatus.
             * @typedef {Object} atoll.v1.ServiceStatus.$Properties
             * @property {string|null} [instance] ServiceStatus instance
             * @property {string|null} [version] ServiceStatus version
             * @property {Long|null} [startedMs] ServiceStatus startedMs
             * @property {atoll.v1.ServiceStatus.Phase|null} [phase] ServiceStatus phase
             * @property {atoll.v1.ServiceStatus.Wait.$Properties|null} [wait] ServiceStatus wait
             * @property {Array.<atoll.v1.ServiceStatus.Input.$Properties>|null} [inputs] ServiceStatus inputs
             * @property {Long|null} [writtenMs] ServiceStatus writtenMs
             * @property {Array.<string>|null} [notices] ServiceStatus notices
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ServiceStatus.
             * @memberof atoll.v1
             * @interface IServiceStatus
             * @augments atoll.v1.ServiceStatus.$Properties
             * @deprecated Use atoll.v1.ServiceStatus.$Properties instead.
             */

            /**
             * Shape of a ServiceStatus.
             * @typedef {atoll.v1.ServiceStatus.$Properties} atoll.v1.ServiceStatus.$Shape
             */

            /**
             * Constructs a new ServiceStatus.
             * @memberof atoll.v1
             * @classdesc Represents a ServiceStatus.
             * @constructor
             * @param {atoll.v1.ServiceStatus.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ServiceStatus = function (properties) {
                this.inputs = [];
                this.notices = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ServiceStatus instance.
             * @member {string} instance
             * @memberof atoll.v1.ServiceStatus
             * @instance
             */
            ServiceStatus.prototype.instance = "";

            /**
             * ServiceStatus version.
             * @member {string} version
             * @memberof atoll.v1.ServiceStatus
             * @instance
             */
            ServiceStatus.prototype.version = "";

            /**
             * ServiceStatus startedMs.
             * @member {Long} startedMs
             * @memberof atoll.v1.ServiceStatus
             * @instance
             */
            ServiceStatus.prototype.startedMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ServiceStatus phase.
             * @member {atoll.v1.ServiceStatus.Phase} phase
             * @memberof atoll.v1.ServiceStatus
             * @instance
             */
            ServiceStatus.prototype.phase = 0;

            /**
             * ServiceStatus wait.
             * @member {atoll.v1.ServiceStatus.Wait.$Properties|null|undefined} wait
             * @memberof atoll.v1.ServiceStatus
             * @instance
             */
            ServiceStatus.prototype.wait = null;

            /**
             * ServiceStatus inputs.
             * @member {Array.<atoll.v1.ServiceStatus.Input.$Properties>} inputs
             * @memberof atoll.v1.ServiceStatus
             * @instance
             */
            ServiceStatus.prototype.inputs = $util.emptyArray;

            /**
             * ServiceStatus writtenMs.
             * @member {Long} writtenMs
             * @memberof atoll.v1.ServiceStatus
             * @instance
             */
            ServiceStatus.prototype.writtenMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ServiceStatus notices.
             * @member {Array.<string>} notices
             * @memberof atoll.v1.ServiceStatus
             * @instance
             */
            ServiceStatus.prototype.notices = $util.emptyArray;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ServiceStatus.prototype, "_wait", {
                get: $util.oneOfGetter($oneOfFields = ["wait"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified ServiceStatus message. Does not implicitly {@link atoll.v1.ServiceStatus.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.ServiceStatus
             * @static
             * @param {atoll.v1.ServiceStatus.$Properties} message ServiceStatus message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ServiceStatus.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.instance != null && $Object.hasOwnProperty.call(message, "instance") && message.instance !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.instance);
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.version);
                if (message.startedMs != null && $Object.hasOwnProperty.call(message, "startedMs") && (typeof message.startedMs === "object" ? message.startedMs.low || message.startedMs.high : message.startedMs !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.startedMs);
                if (message.phase != null && $Object.hasOwnProperty.call(message, "phase") && message.phase !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).int32(message.phase);
                if (message.wait != null && $Object.hasOwnProperty.call(message, "wait"))
                    $root.atoll.v1.ServiceStatus.Wait.encode(message.wait, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.inputs != null && message.inputs.length)
                    for (let i = 0; i < message.inputs.length; ++i)
                        $root.atoll.v1.ServiceStatus.Input.encode(message.inputs[i], writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.writtenMs != null && $Object.hasOwnProperty.call(message, "writtenMs") && (typeof message.writtenMs === "object" ? message.writtenMs.low || message.writtenMs.high : message.writtenMs !== 0))
                    writer.uint32(/* id 7, wireType 0 =*/56).uint64(message.writtenMs);
                if (message.notices != null && message.notices.length)
                    for (let i = 0; i < message.notices.length; ++i)
                        writer.uint32(/* id 8, wireType 2 =*/66).string(message.notices[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ServiceStatus message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.ServiceStatus
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.ServiceStatus & atoll.v1.ServiceStatus.$Shape} ServiceStatus
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ServiceStatus.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.ServiceStatus();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.instance = value;
                            else
                                delete message.instance;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.startedMs = value;
                            else
                                delete message.startedMs;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.phase = value;
                            else
                                delete message.phase;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.wait = $root.atoll.v1.ServiceStatus.Wait.decode(reader, reader.size(), $undefined, _depth + 1, message.wait);
                            message._wait = "wait";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if (!(message.inputs && message.inputs.length))
                                message.inputs = [];
                            message.inputs.push($root.atoll.v1.ServiceStatus.Input.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.writtenMs = value;
                            else
                                delete message.writtenMs;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if (!(message.notices && message.notices.length))
                                message.notices = [];
                            message.notices.push(reader.stringVerify());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Phase enum.
             * @name atoll.v1.ServiceStatus.Phase
             * @enum {number}
             * @property {number} PHASE_UNSPECIFIED=0 PHASE_UNSPECIFIED value
             * @property {number} STARTING=1 STARTING value
             * @property {number} STANDBY=2 STANDBY value
             * @property {number} RUNNING=3 RUNNING value
             * @property {number} WAITING=4 WAITING value
             * @property {number} STOPPING=5 STOPPING value
             */
            ServiceStatus.Phase = (function() {
                const valuesById = $Object.create(null), values = $Object.create(valuesById);
                values[valuesById[0] = "PHASE_UNSPECIFIED"] = 0;
                values[valuesById[1] = "STARTING"] = 1;
                values[valuesById[2] = "STANDBY"] = 2;
                values[valuesById[3] = "RUNNING"] = 3;
                values[valuesById[4] = "WAITING"] = 4;
                values[valuesById[5] = "STOPPING"] = 5;
                return values;
            })();

            ServiceStatus.Wait = (function() {

                /**
                 * Properties of a Wait.
                 * @typedef {Object} atoll.v1.ServiceStatus.Wait.$Properties
                 * @property {string|null} [what] Wait what
                 * @property {Long|null} [sinceMs] Wait sinceMs
                 * @property {string|null} [next] Wait next
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a Wait.
                 * @memberof atoll.v1.ServiceStatus
                 * @interface IWait
                 * @augments atoll.v1.ServiceStatus.Wait.$Properties
                 * @deprecated Use atoll.v1.ServiceStatus.Wait.$Properties instead.
                 */

                /**
                 * Shape of a Wait.
                 * @typedef {atoll.v1.ServiceStatus.Wait.$Properties} atoll.v1.ServiceStatus.Wait.$Shape
                 */

                /**
                 * Constructs a new Wait.
                 * @memberof atoll.v1.ServiceStatus
                 * @classdesc Represents a Wait.
                 * @constructor
                 * @param {atoll.v1.ServiceStatus.Wait.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const Wait = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * Wait what.
                 * @member {string} what
                 * @memberof atoll.v1.ServiceStatus.Wait
                 * @instance
                 */
                Wait.prototype.what = "";

                /**
                 * Wait sinceMs.
                 * @member {Long} sinceMs
                 * @memberof atoll.v1.ServiceStatus.Wait
                 * @instance
                 */
                Wait.prototype.sinceMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

                /**
                 * Wait next.
                 * @member {string} next
                 * @memberof atoll.v1.ServiceStatus.Wait
                 * @instance
                 */
                Wait.prototype.next = "";

                /**
                 * Encodes the specified Wait message. Does not implicitly {@link atoll.v1.ServiceStatus.Wait.verify|verify} messages.
                 * @function encode
                 * @memberof atoll.v1.ServiceStatus.Wait
                 * @static
                 * @param {atoll.v1.ServiceStatus.Wait.$Properties} message Wait message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                Wait.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.what != null && $Object.hasOwnProperty.call(message, "what") && message.what !== "")
                        writer.uint32(/* id 1, wireType 2 =*/10).string(message.what);
                    if (message.sinceMs != null && $Object.hasOwnProperty.call(message, "sinceMs") && (typeof message.sinceMs === "object" ? message.sinceMs.low || message.sinceMs.high : message.sinceMs !== 0))
                        writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.sinceMs);
                    if (message.next != null && $Object.hasOwnProperty.call(message, "next") && message.next !== "")
                        writer.uint32(/* id 3, wireType 2 =*/26).string(message.next);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a Wait message from the specified reader or buffer.
                 * @function decode
                 * @memberof atoll.v1.ServiceStatus.Wait
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {atoll.v1.ServiceStatus.Wait & atoll.v1.ServiceStatus.Wait.$Shape} Wait
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                Wait.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.atoll.v1.ServiceStatus.Wait();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.what = value;
                                else
                                    delete message.what;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.sinceMs = value;
                                else
                                    delete message.sinceMs;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.next = value;
                                else
                                    delete message.next;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return Wait;
            })();

            ServiceStatus.Input = (function() {

                /**
                 * Properties of an Input.
                 * @typedef {Object} atoll.v1.ServiceStatus.Input.$Properties
                 * @property {string|null} [name] Input name
                 * @property {Long|null} [ageMs] Input ageMs
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of an Input.
                 * @memberof atoll.v1.ServiceStatus
                 * @interface IInput
                 * @augments atoll.v1.ServiceStatus.Input.$Properties
                 * @deprecated Use atoll.v1.ServiceStatus.Input.$Properties instead.
                 */

                /**
                 * Shape of an Input.
                 * @typedef {atoll.v1.ServiceStatus.Input.$Properties} atoll.v1.ServiceStatus.Input.$Shape
                 */

                /**
                 * Constructs a new Input.
                 * @memberof atoll.v1.ServiceStatus
                 * @classdesc Represents an Input.
                 * @constructor
                 * @param {atoll.v1.ServiceStatus.Input.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const Input = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * Input name.
                 * @member {string} name
                 * @memberof atoll.v1.ServiceStatus.Input
                 * @instance
                 */
                Input.prototype.name = "";

                /**
                 * Input ageMs.
                 * @member {Long|null|undefined} ageMs
                 * @memberof atoll.v1.ServiceStatus.Input
                 * @instance
                 */
                Input.prototype.ageMs = null;

                // OneOf field names bound to virtual getters and setters
                let $oneOfFields;

                // Virtual OneOf for proto3 optional field
                $Object.defineProperty(Input.prototype, "_ageMs", {
                    get: $util.oneOfGetter($oneOfFields = ["ageMs"]),
                    set: $util.oneOfSetter($oneOfFields)
                });

                /**
                 * Encodes the specified Input message. Does not implicitly {@link atoll.v1.ServiceStatus.Input.verify|verify} messages.
                 * @function encode
                 * @memberof atoll.v1.ServiceStatus.Input
                 * @static
                 * @param {atoll.v1.ServiceStatus.Input.$Properties} message Input message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                Input.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                        writer.uint32(/* id 1, wireType 2 =*/10).string(message.name);
                    if (message.ageMs != null && $Object.hasOwnProperty.call(message, "ageMs"))
                        writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.ageMs);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes an Input message from the specified reader or buffer.
                 * @function decode
                 * @memberof atoll.v1.ServiceStatus.Input
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {atoll.v1.ServiceStatus.Input & atoll.v1.ServiceStatus.Input.$Shape} Input
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                Input.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.atoll.v1.ServiceStatus.Input();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.name = value;
                                else
                                    delete message.name;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                message.ageMs = reader.uint64();
                                message._ageMs = "ageMs";
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return Input;
            })();

            return ServiceStatus;
        })();

        v1.L1Heads = (function() {

            /**
             * Properties of a L1Heads.
             * @typedef {Object} atoll.v1.L1Heads.$Properties
             * @property {atoll.v1.L1BlockRef.$Properties|null} [head] L1Heads head
             * @property {atoll.v1.L1BlockRef.$Properties|null} [safe] L1Heads safe
             * @property {atoll.v1.L1BlockRef.$Properties|null} [finalized] L1Heads finalized
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a L1Heads.
             * @memberof atoll.v1
             * @interface IL1Heads
             * @augments atoll.v1.L1Heads.$Properties
             * @deprecated Use atoll.v1.L1Heads.$Properties instead.
             */

            /**
             * Shape of a L1Heads.
             * @typedef {atoll.v1.L1Heads.$Properties} atoll.v1.L1Heads.$Shape
             */

            /**
             * Constructs a new L1Heads.
             * @memberof atoll.v1
             * @classdesc Represents a L1Heads.
             * @constructor
             * @param {atoll.v1.L1Heads.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const L1Heads = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * L1Heads head.
             * @member {atoll.v1.L1BlockRef.$Properties|null|undefined} head
             * @memberof atoll.v1.L1Heads
             * @instance
             */
            L1Heads.prototype.head = null;

            /**
             * L1Heads safe.
             * @member {atoll.v1.L1BlockRef.$Properties|null|undefined} safe
             * @memberof atoll.v1.L1Heads
             * @instance
             */
            L1Heads.prototype.safe = null;

            /**
             * L1Heads finalized.
             * @member {atoll.v1.L1BlockRef.$Properties|null|undefined} finalized
             * @memberof atoll.v1.L1Heads
             * @instance
             */
            L1Heads.prototype.finalized = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(L1Heads.prototype, "_safe", {
                get: $util.oneOfGetter($oneOfFields = ["safe"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(L1Heads.prototype, "_finalized", {
                get: $util.oneOfGetter($oneOfFields = ["finalized"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified L1Heads message. Does not implicitly {@link atoll.v1.L1Heads.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.L1Heads
             * @static
             * @param {atoll.v1.L1Heads.$Properties} message L1Heads message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            L1Heads.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.head != null && $Object.hasOwnProperty.call(message, "head"))
                    $root.atoll.v1.L1BlockRef.encode(message.head, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.safe != null && $Object.hasOwnProperty.call(message, "safe"))
                    $root.atoll.v1.L1BlockRef.encode(message.safe, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.finalized != null && $Object.hasOwnProperty.call(message, "finalized"))
                    $root.atoll.v1.L1BlockRef.encode(message.finalized, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a L1Heads message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.L1Heads
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.L1Heads & atoll.v1.L1Heads.$Shape} L1Heads
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            L1Heads.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.L1Heads();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.head = $root.atoll.v1.L1BlockRef.decode(reader, reader.size(), $undefined, _depth + 1, message.head);
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.safe = $root.atoll.v1.L1BlockRef.decode(reader, reader.size(), $undefined, _depth + 1, message.safe);
                            message._safe = "safe";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.finalized = $root.atoll.v1.L1BlockRef.decode(reader, reader.size(), $undefined, _depth + 1, message.finalized);
                            message._finalized = "finalized";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return L1Heads;
        })();

        v1.SystemConfigUpdate = (function() {

            /**
             * Properties of a SystemConfigUpdate.
             * @typedef {Object} atoll.v1.SystemConfigUpdate.$Properties
             * @property {atoll.v1.L1BlockRef.$Properties|null} [at] SystemConfigUpdate at
             * @property {Uint8Array|null} [unsafeBlockSigner] SystemConfigUpdate unsafeBlockSigner
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SystemConfigUpdate.
             * @memberof atoll.v1
             * @interface ISystemConfigUpdate
             * @augments atoll.v1.SystemConfigUpdate.$Properties
             * @deprecated Use atoll.v1.SystemConfigUpdate.$Properties instead.
             */

            /**
             * Shape of a SystemConfigUpdate.
             * @typedef {atoll.v1.SystemConfigUpdate.$Properties} atoll.v1.SystemConfigUpdate.$Shape
             */

            /**
             * Constructs a new SystemConfigUpdate.
             * @memberof atoll.v1
             * @classdesc Represents a SystemConfigUpdate.
             * @constructor
             * @param {atoll.v1.SystemConfigUpdate.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SystemConfigUpdate = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SystemConfigUpdate at.
             * @member {atoll.v1.L1BlockRef.$Properties|null|undefined} at
             * @memberof atoll.v1.SystemConfigUpdate
             * @instance
             */
            SystemConfigUpdate.prototype.at = null;

            /**
             * SystemConfigUpdate unsafeBlockSigner.
             * @member {Uint8Array} unsafeBlockSigner
             * @memberof atoll.v1.SystemConfigUpdate
             * @instance
             */
            SystemConfigUpdate.prototype.unsafeBlockSigner = $util.newBuffer([]);

            /**
             * Encodes the specified SystemConfigUpdate message. Does not implicitly {@link atoll.v1.SystemConfigUpdate.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.SystemConfigUpdate
             * @static
             * @param {atoll.v1.SystemConfigUpdate.$Properties} message SystemConfigUpdate message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SystemConfigUpdate.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.at != null && $Object.hasOwnProperty.call(message, "at"))
                    $root.atoll.v1.L1BlockRef.encode(message.at, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.unsafeBlockSigner != null && $Object.hasOwnProperty.call(message, "unsafeBlockSigner") && message.unsafeBlockSigner.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.unsafeBlockSigner);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SystemConfigUpdate message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.SystemConfigUpdate
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.SystemConfigUpdate & atoll.v1.SystemConfigUpdate.$Shape} SystemConfigUpdate
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SystemConfigUpdate.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.SystemConfigUpdate();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.at = $root.atoll.v1.L1BlockRef.decode(reader, reader.size(), $undefined, _depth + 1, message.at);
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.unsafeBlockSigner = value;
                            else
                                delete message.unsafeBlockSigner;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SystemConfigUpdate;
        })();

        v1.FetchL1BlockRequest = (function() {

            /**
             * Properties of a FetchL1BlockRequest.
             * @typedef {Object} atoll.v1.FetchL1BlockRequest.$Properties
             * @property {Long|null} [number] FetchL1BlockRequest number
             * @property {Uint8Array|null} [hash] FetchL1BlockRequest hash
             * @property {Uint8Array|null} [parentHash] FetchL1BlockRequest parentHash
             * @property {Uint8Array|null} [batcherAddress] FetchL1BlockRequest batcherAddress
             * @property {"number"|"hash"} [block] FetchL1BlockRequest block
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a FetchL1BlockRequest.
             * @memberof atoll.v1
             * @interface IFetchL1BlockRequest
             * @augments atoll.v1.FetchL1BlockRequest.$Properties
             * @deprecated Use atoll.v1.FetchL1BlockRequest.$Properties instead.
             */

            /**
             * Narrowed shape of a FetchL1BlockRequest.
             * @typedef {{
             *   number?: Long|null;
             *   hash?: Uint8Array|null;
             *   parentHash?: Uint8Array|null;
             *   batcherAddress?: Uint8Array|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ block?: undefined; number?: null; hash?: null }|{ block?: "number"; number: Long; hash?: null }|{ block?: "hash"; number?: null; hash: Uint8Array })
             * )} atoll.v1.FetchL1BlockRequest.$Shape
             */

            /**
             * Constructs a new FetchL1BlockRequest.
             * @memberof atoll.v1
             * @classdesc Represents a FetchL1BlockRequest.
             * @constructor
             * @param {atoll.v1.FetchL1BlockRequest.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const FetchL1BlockRequest = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * FetchL1BlockRequest number.
             * @member {Long|null|undefined} number
             * @memberof atoll.v1.FetchL1BlockRequest
             * @instance
             */
            FetchL1BlockRequest.prototype.number = null;

            /**
             * FetchL1BlockRequest hash.
             * @member {Uint8Array|null|undefined} hash
             * @memberof atoll.v1.FetchL1BlockRequest
             * @instance
             */
            FetchL1BlockRequest.prototype.hash = null;

            /**
             * FetchL1BlockRequest parentHash.
             * @member {Uint8Array|null|undefined} parentHash
             * @memberof atoll.v1.FetchL1BlockRequest
             * @instance
             */
            FetchL1BlockRequest.prototype.parentHash = null;

            /**
             * FetchL1BlockRequest batcherAddress.
             * @member {Uint8Array} batcherAddress
             * @memberof atoll.v1.FetchL1BlockRequest
             * @instance
             */
            FetchL1BlockRequest.prototype.batcherAddress = $util.newBuffer([]);

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * FetchL1BlockRequest block.
             * @member {"number"|"hash"|undefined} block
             * @memberof atoll.v1.FetchL1BlockRequest
             * @instance
             */
            $Object.defineProperty(FetchL1BlockRequest.prototype, "block", {
                get: $util.oneOfGetter($oneOfFields = ["number", "hash"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(FetchL1BlockRequest.prototype, "_parentHash", {
                get: $util.oneOfGetter($oneOfFields = ["parentHash"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified FetchL1BlockRequest message. Does not implicitly {@link atoll.v1.FetchL1BlockRequest.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.FetchL1BlockRequest
             * @static
             * @param {atoll.v1.FetchL1BlockRequest.$Properties} message FetchL1BlockRequest message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            FetchL1BlockRequest.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.number != null && $Object.hasOwnProperty.call(message, "number"))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.number);
                if (message.hash != null && $Object.hasOwnProperty.call(message, "hash"))
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.hash);
                if (message.parentHash != null && $Object.hasOwnProperty.call(message, "parentHash"))
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.parentHash);
                if (message.batcherAddress != null && $Object.hasOwnProperty.call(message, "batcherAddress") && message.batcherAddress.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.batcherAddress);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a FetchL1BlockRequest message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.FetchL1BlockRequest
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.FetchL1BlockRequest & atoll.v1.FetchL1BlockRequest.$Shape} FetchL1BlockRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            FetchL1BlockRequest.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.FetchL1BlockRequest();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            message.number = reader.uint64();
                            message.block = "number";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.hash = reader.bytes();
                            message.block = "hash";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.parentHash = reader.bytes();
                            message._parentHash = "parentHash";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.batcherAddress = value;
                            else
                                delete message.batcherAddress;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return FetchL1BlockRequest;
        })();

        v1.FetchL1BlockResponse = (function() {

            /**
             * Properties of a FetchL1BlockResponse.
             * @typedef {Object} atoll.v1.FetchL1BlockResponse.$Properties
             * @property {atoll.v1.L1Block.$Properties|null} [block] FetchL1BlockResponse block
             * @property {atoll.v1.FetchL1BlockResponse.NotFound.$Properties|null} [notFound] FetchL1BlockResponse notFound
             * @property {atoll.v1.L1BlockRef.$Properties|null} [reorged] FetchL1BlockResponse reorged
             * @property {"block"|"notFound"|"reorged"} [outcome] FetchL1BlockResponse outcome
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a FetchL1BlockResponse.
             * @memberof atoll.v1
             * @interface IFetchL1BlockResponse
             * @augments atoll.v1.FetchL1BlockResponse.$Properties
             * @deprecated Use atoll.v1.FetchL1BlockResponse.$Properties instead.
             */

            /**
             * Narrowed shape of a FetchL1BlockResponse.
             * @typedef {{
             *   block?: atoll.v1.L1Block.$Shape|null;
             *   notFound?: atoll.v1.FetchL1BlockResponse.NotFound.$Shape|null;
             *   reorged?: atoll.v1.L1BlockRef.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ outcome?: undefined; block?: null; notFound?: null; reorged?: null }|{ outcome?: "block"; block: atoll.v1.L1Block.$Shape; notFound?: null; reorged?: null }|{ outcome?: "notFound"; block?: null; notFound: atoll.v1.FetchL1BlockResponse.NotFound.$Shape; reorged?: null }|{ outcome?: "reorged"; block?: null; notFound?: null; reorged: atoll.v1.L1BlockRef.$Shape })
             * )} atoll.v1.FetchL1BlockResponse.$Shape
             */

            /**
             * Constructs a new FetchL1BlockResponse.
             * @memberof atoll.v1
             * @classdesc Represents a FetchL1BlockResponse.
             * @constructor
             * @param {atoll.v1.FetchL1BlockResponse.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const FetchL1BlockResponse = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * FetchL1BlockResponse block.
             * @member {atoll.v1.L1Block.$Properties|null|undefined} block
             * @memberof atoll.v1.FetchL1BlockResponse
             * @instance
             */
            FetchL1BlockResponse.prototype.block = null;

            /**
             * FetchL1BlockResponse notFound.
             * @member {atoll.v1.FetchL1BlockResponse.NotFound.$Properties|null|undefined} notFound
             * @memberof atoll.v1.FetchL1BlockResponse
             * @instance
             */
            FetchL1BlockResponse.prototype.notFound = null;

            /**
             * FetchL1BlockResponse reorged.
             * @member {atoll.v1.L1BlockRef.$Properties|null|undefined} reorged
             * @memberof atoll.v1.FetchL1BlockResponse
             * @instance
             */
            FetchL1BlockResponse.prototype.reorged = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * FetchL1BlockResponse outcome.
             * @member {"block"|"notFound"|"reorged"|undefined} outcome
             * @memberof atoll.v1.FetchL1BlockResponse
             * @instance
             */
            $Object.defineProperty(FetchL1BlockResponse.prototype, "outcome", {
                get: $util.oneOfGetter($oneOfFields = ["block", "notFound", "reorged"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified FetchL1BlockResponse message. Does not implicitly {@link atoll.v1.FetchL1BlockResponse.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.FetchL1BlockResponse
             * @static
             * @param {atoll.v1.FetchL1BlockResponse.$Properties} message FetchL1BlockResponse message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            FetchL1BlockResponse.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.block != null && $Object.hasOwnProperty.call(message, "block"))
                    $root.atoll.v1.L1Block.encode(message.block, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.notFound != null && $Object.hasOwnProperty.call(message, "notFound"))
                    $root.atoll.v1.FetchL1BlockResponse.NotFound.encode(message.notFound, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.reorged != null && $Object.hasOwnProperty.call(message, "reorged"))
                    $root.atoll.v1.L1BlockRef.encode(message.reorged, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a FetchL1BlockResponse message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.FetchL1BlockResponse
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.FetchL1BlockResponse & atoll.v1.FetchL1BlockResponse.$Shape} FetchL1BlockResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            FetchL1BlockResponse.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.FetchL1BlockResponse();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.block = $root.atoll.v1.L1Block.decode(reader, reader.size(), $undefined, _depth + 1, message.block);
                            message.outcome = "block";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.notFound = $root.atoll.v1.FetchL1BlockResponse.NotFound.decode(reader, reader.size(), $undefined, _depth + 1, message.notFound);
                            message.outcome = "notFound";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.reorged = $root.atoll.v1.L1BlockRef.decode(reader, reader.size(), $undefined, _depth + 1, message.reorged);
                            message.outcome = "reorged";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            FetchL1BlockResponse.NotFound = (function() {

                /**
                 * Properties of a NotFound.
                 * @typedef {Object} atoll.v1.FetchL1BlockResponse.NotFound.$Properties
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a NotFound.
                 * @memberof atoll.v1.FetchL1BlockResponse
                 * @interface INotFound
                 * @augments atoll.v1.FetchL1BlockResponse.NotFound.$Properties
                 * @deprecated Use atoll.v1.FetchL1BlockResponse.NotFound.$Properties instead.
                 */

                /**
                 * Shape of a NotFound.
                 * @typedef {atoll.v1.FetchL1BlockResponse.NotFound.$Properties} atoll.v1.FetchL1BlockResponse.NotFound.$Shape
                 */

                /**
                 * Constructs a new NotFound.
                 * @memberof atoll.v1.FetchL1BlockResponse
                 * @classdesc Represents a NotFound.
                 * @constructor
                 * @param {atoll.v1.FetchL1BlockResponse.NotFound.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const NotFound = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * Encodes the specified NotFound message. Does not implicitly {@link atoll.v1.FetchL1BlockResponse.NotFound.verify|verify} messages.
                 * @function encode
                 * @memberof atoll.v1.FetchL1BlockResponse.NotFound
                 * @static
                 * @param {atoll.v1.FetchL1BlockResponse.NotFound.$Properties} message NotFound message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                NotFound.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a NotFound message from the specified reader or buffer.
                 * @function decode
                 * @memberof atoll.v1.FetchL1BlockResponse.NotFound
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {atoll.v1.FetchL1BlockResponse.NotFound & atoll.v1.FetchL1BlockResponse.NotFound.$Shape} NotFound
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                NotFound.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.atoll.v1.FetchL1BlockResponse.NotFound();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        reader.skipType(tag & 7, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return NotFound;
            })();

            return FetchL1BlockResponse;
        })();

        v1.L1Block = (function() {

            /**
             * Properties of a L1Block.
             * @typedef {Object} atoll.v1.L1Block.$Properties
             * @property {atoll.v1.L1BlockRef.$Properties|null} [ref] L1Block ref
             * @property {Uint8Array|null} [prevRandao] L1Block prevRandao
             * @property {Uint8Array|null} [baseFee] L1Block baseFee
             * @property {Long|null} [excessBlobGas] L1Block excessBlobGas
             * @property {Uint8Array|null} [parentBeaconBlockRoot] L1Block parentBeaconBlockRoot
             * @property {Array.<atoll.v1.L1Log.$Properties>|null} [logs] L1Block logs
             * @property {Array.<atoll.v1.InboxTransaction.$Properties>|null} [inboxTransactions] L1Block inboxTransactions
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a L1Block.
             * @memberof atoll.v1
             * @interface IL1Block
             * @augments atoll.v1.L1Block.$Properties
             * @deprecated Use atoll.v1.L1Block.$Properties instead.
             */

            /**
             * Shape of a L1Block.
             * @typedef {atoll.v1.L1Block.$Properties} atoll.v1.L1Block.$Shape
             */

            /**
             * Constructs a new L1Block.
             * @memberof atoll.v1
             * @classdesc Represents a L1Block.
             * @constructor
             * @param {atoll.v1.L1Block.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const L1Block = function (properties) {
                this.logs = [];
                this.inboxTransactions = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * L1Block ref.
             * @member {atoll.v1.L1BlockRef.$Properties|null|undefined} ref
             * @memberof atoll.v1.L1Block
             * @instance
             */
            L1Block.prototype.ref = null;

            /**
             * L1Block prevRandao.
             * @member {Uint8Array} prevRandao
             * @memberof atoll.v1.L1Block
             * @instance
             */
            L1Block.prototype.prevRandao = $util.newBuffer([]);

            /**
             * L1Block baseFee.
             * @member {Uint8Array} baseFee
             * @memberof atoll.v1.L1Block
             * @instance
             */
            L1Block.prototype.baseFee = $util.newBuffer([]);

            /**
             * L1Block excessBlobGas.
             * @member {Long|null|undefined} excessBlobGas
             * @memberof atoll.v1.L1Block
             * @instance
             */
            L1Block.prototype.excessBlobGas = null;

            /**
             * L1Block parentBeaconBlockRoot.
             * @member {Uint8Array|null|undefined} parentBeaconBlockRoot
             * @memberof atoll.v1.L1Block
             * @instance
             */
            L1Block.prototype.parentBeaconBlockRoot = null;

            /**
             * L1Block logs.
             * @member {Array.<atoll.v1.L1Log.$Properties>} logs
             * @memberof atoll.v1.L1Block
             * @instance
             */
            L1Block.prototype.logs = $util.emptyArray;

            /**
             * L1Block inboxTransactions.
             * @member {Array.<atoll.v1.InboxTransaction.$Properties>} inboxTransactions
             * @memberof atoll.v1.L1Block
             * @instance
             */
            L1Block.prototype.inboxTransactions = $util.emptyArray;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(L1Block.prototype, "_excessBlobGas", {
                get: $util.oneOfGetter($oneOfFields = ["excessBlobGas"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(L1Block.prototype, "_parentBeaconBlockRoot", {
                get: $util.oneOfGetter($oneOfFields = ["parentBeaconBlockRoot"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified L1Block message. Does not implicitly {@link atoll.v1.L1Block.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.L1Block
             * @static
             * @param {atoll.v1.L1Block.$Properties} message L1Block message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            L1Block.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.ref != null && $Object.hasOwnProperty.call(message, "ref"))
                    $root.atoll.v1.L1BlockRef.encode(message.ref, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.prevRandao != null && $Object.hasOwnProperty.call(message, "prevRandao") && message.prevRandao.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.prevRandao);
                if (message.baseFee != null && $Object.hasOwnProperty.call(message, "baseFee") && message.baseFee.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.baseFee);
                if (message.excessBlobGas != null && $Object.hasOwnProperty.call(message, "excessBlobGas"))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.excessBlobGas);
                if (message.parentBeaconBlockRoot != null && $Object.hasOwnProperty.call(message, "parentBeaconBlockRoot"))
                    writer.uint32(/* id 5, wireType 2 =*/42).bytes(message.parentBeaconBlockRoot);
                if (message.logs != null && message.logs.length)
                    for (let i = 0; i < message.logs.length; ++i)
                        $root.atoll.v1.L1Log.encode(message.logs[i], writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.inboxTransactions != null && message.inboxTransactions.length)
                    for (let i = 0; i < message.inboxTransactions.length; ++i)
                        $root.atoll.v1.InboxTransaction.encode(message.inboxTransactions[i], writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a L1Block message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.L1Block
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.L1Block & atoll.v1.L1Block.$Shape} L1Block
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            L1Block.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.L1Block();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.ref = $root.atoll.v1.L1BlockRef.decode(reader, reader.size(), $undefined, _depth + 1, message.ref);
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.prevRandao = value;
                            else
                                delete message.prevRandao;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.baseFee = value;
                            else
                                delete message.baseFee;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            message.excessBlobGas = reader.uint64();
                            message._excessBlobGas = "excessBlobGas";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.parentBeaconBlockRoot = reader.bytes();
                            message._parentBeaconBlockRoot = "parentBeaconBlockRoot";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if (!(message.logs && message.logs.length))
                                message.logs = [];
                            message.logs.push($root.atoll.v1.L1Log.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if (!(message.inboxTransactions && message.inboxTransactions.length))
                                message.inboxTransactions = [];
                            message.inboxTransactions.push($root.atoll.v1.InboxTransaction.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return L1Block;
        })();

        v1.L1Log = (function() {

            /**
             * Properties of a L1Log.
             * @typedef {Object} atoll.v1.L1Log.$Properties
             * @property {Uint8Array|null} [address] L1Log address
             * @property {Array.<Uint8Array>|null} [topics] L1Log topics
             * @property {Uint8Array|null} [data] L1Log data
             * @property {number|null} [index] L1Log index
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a L1Log.
             * @memberof atoll.v1
             * @interface IL1Log
             * @augments atoll.v1.L1Log.$Properties
             * @deprecated Use atoll.v1.L1Log.$Properties instead.
             */

            /**
             * Shape of a L1Log.
             * @typedef {atoll.v1.L1Log.$Properties} atoll.v1.L1Log.$Shape
             */

            /**
             * Constructs a new L1Log.
             * @memberof atoll.v1
             * @classdesc Represents a L1Log.
             * @constructor
             * @param {atoll.v1.L1Log.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const L1Log = function (properties) {
                this.topics = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * L1Log address.
             * @member {Uint8Array} address
             * @memberof atoll.v1.L1Log
             * @instance
             */
            L1Log.prototype.address = $util.newBuffer([]);

            /**
             * L1Log topics.
             * @member {Array.<Uint8Array>} topics
             * @memberof atoll.v1.L1Log
             * @instance
             */
            L1Log.prototype.topics = $util.emptyArray;

            /**
             * L1Log data.
             * @member {Uint8Array} data
             * @memberof atoll.v1.L1Log
             * @instance
             */
            L1Log.prototype.data = $util.newBuffer([]);

            /**
             * L1Log index.
             * @member {number} index
             * @memberof atoll.v1.L1Log
             * @instance
             */
            L1Log.prototype.index = 0;

            /**
             * Encodes the specified L1Log message. Does not implicitly {@link atoll.v1.L1Log.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.L1Log
             * @static
             * @param {atoll.v1.L1Log.$Properties} message L1Log message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            L1Log.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.address != null && $Object.hasOwnProperty.call(message, "address") && message.address.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.address);
                if (message.topics != null && message.topics.length)
                    for (let i = 0; i < message.topics.length; ++i)
                        writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.topics[i]);
                if (message.data != null && $Object.hasOwnProperty.call(message, "data") && message.data.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.data);
                if (message.index != null && $Object.hasOwnProperty.call(message, "index") && message.index !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.index);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a L1Log message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.L1Log
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.L1Log & atoll.v1.L1Log.$Shape} L1Log
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            L1Log.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.L1Log();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.address = value;
                            else
                                delete message.address;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.topics && message.topics.length))
                                message.topics = [];
                            message.topics.push(reader.bytes());
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.data = value;
                            else
                                delete message.data;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.index = value;
                            else
                                delete message.index;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return L1Log;
        })();

        v1.InboxTransaction = (function() {

            /**
             * Properties of an InboxTransaction.
             * @typedef {Object} atoll.v1.InboxTransaction.$Properties
             * @property {Uint8Array|null} [hash] InboxTransaction hash
             * @property {number|null} [type] InboxTransaction type
             * @property {Uint8Array|null} [sender] InboxTransaction sender
             * @property {Uint8Array|null} [data] InboxTransaction data
             * @property {Array.<atoll.v1.InboxBlob.$Properties>|null} [blobs] InboxTransaction blobs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an InboxTransaction.
             * @memberof atoll.v1
             * @interface IInboxTransaction
             * @augments atoll.v1.InboxTransaction.$Properties
             * @deprecated Use atoll.v1.InboxTransaction.$Properties instead.
             */

            /**
             * Shape of an InboxTransaction.
             * @typedef {atoll.v1.InboxTransaction.$Properties} atoll.v1.InboxTransaction.$Shape
             */

            /**
             * Constructs a new InboxTransaction.
             * @memberof atoll.v1
             * @classdesc Represents an InboxTransaction.
             * @constructor
             * @param {atoll.v1.InboxTransaction.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const InboxTransaction = function (properties) {
                this.blobs = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * InboxTransaction hash.
             * @member {Uint8Array} hash
             * @memberof atoll.v1.InboxTransaction
             * @instance
             */
            InboxTransaction.prototype.hash = $util.newBuffer([]);

            /**
             * InboxTransaction type.
             * @member {number} type
             * @memberof atoll.v1.InboxTransaction
             * @instance
             */
            InboxTransaction.prototype.type = 0;

            /**
             * InboxTransaction sender.
             * @member {Uint8Array} sender
             * @memberof atoll.v1.InboxTransaction
             * @instance
             */
            InboxTransaction.prototype.sender = $util.newBuffer([]);

            /**
             * InboxTransaction data.
             * @member {Uint8Array} data
             * @memberof atoll.v1.InboxTransaction
             * @instance
             */
            InboxTransaction.prototype.data = $util.newBuffer([]);

            /**
             * InboxTransaction blobs.
             * @member {Array.<atoll.v1.InboxBlob.$Properties>} blobs
             * @memberof atoll.v1.InboxTransaction
             * @instance
             */
            InboxTransaction.prototype.blobs = $util.emptyArray;

            /**
             * Encodes the specified InboxTransaction message. Does not implicitly {@link atoll.v1.InboxTransaction.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.InboxTransaction
             * @static
             * @param {atoll.v1.InboxTransaction.$Properties} message InboxTransaction message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            InboxTransaction.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.hash != null && $Object.hasOwnProperty.call(message, "hash") && message.hash.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.hash);
                if (message.type != null && $Object.hasOwnProperty.call(message, "type") && message.type !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.type);
                if (message.sender != null && $Object.hasOwnProperty.call(message, "sender") && message.sender.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.sender);
                if (message.data != null && $Object.hasOwnProperty.call(message, "data") && message.data.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.data);
                if (message.blobs != null && message.blobs.length)
                    for (let i = 0; i < message.blobs.length; ++i)
                        $root.atoll.v1.InboxBlob.encode(message.blobs[i], writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an InboxTransaction message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.InboxTransaction
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.InboxTransaction & atoll.v1.InboxTransaction.$Shape} InboxTransaction
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            InboxTransaction.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.InboxTransaction();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.hash = value;
                            else
                                delete message.hash;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.type = value;
                            else
                                delete message.type;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.sender = value;
                            else
                                delete message.sender;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.data = value;
                            else
                                delete message.data;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (!(message.blobs && message.blobs.length))
                                message.blobs = [];
                            message.blobs.push($root.atoll.v1.InboxBlob.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return InboxTransaction;
        })();

        v1.InboxBlob = (function() {

            /**
             * Properties of an InboxBlob.
             * @typedef {Object} atoll.v1.InboxBlob.$Properties
             * @property {Uint8Array|null} [versionedHash] InboxBlob versionedHash
             * @property {Uint8Array|null} [data] InboxBlob data
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an InboxBlob.
             * @memberof atoll.v1
             * @interface IInboxBlob
             * @augments atoll.v1.InboxBlob.$Properties
             * @deprecated Use atoll.v1.InboxBlob.$Properties instead.
             */

            /**
             * Shape of an InboxBlob.
             * @typedef {atoll.v1.InboxBlob.$Properties} atoll.v1.InboxBlob.$Shape
             */

            /**
             * Constructs a new InboxBlob.
             * @memberof atoll.v1
             * @classdesc Represents an InboxBlob.
             * @constructor
             * @param {atoll.v1.InboxBlob.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const InboxBlob = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * InboxBlob versionedHash.
             * @member {Uint8Array} versionedHash
             * @memberof atoll.v1.InboxBlob
             * @instance
             */
            InboxBlob.prototype.versionedHash = $util.newBuffer([]);

            /**
             * InboxBlob data.
             * @member {Uint8Array|null|undefined} data
             * @memberof atoll.v1.InboxBlob
             * @instance
             */
            InboxBlob.prototype.data = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(InboxBlob.prototype, "_data", {
                get: $util.oneOfGetter($oneOfFields = ["data"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified InboxBlob message. Does not implicitly {@link atoll.v1.InboxBlob.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.InboxBlob
             * @static
             * @param {atoll.v1.InboxBlob.$Properties} message InboxBlob message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            InboxBlob.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.versionedHash != null && $Object.hasOwnProperty.call(message, "versionedHash") && message.versionedHash.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.versionedHash);
                if (message.data != null && $Object.hasOwnProperty.call(message, "data"))
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.data);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an InboxBlob message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.InboxBlob
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.InboxBlob & atoll.v1.InboxBlob.$Shape} InboxBlob
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            InboxBlob.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.InboxBlob();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.versionedHash = value;
                            else
                                delete message.versionedHash;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.data = reader.bytes();
                            message._data = "data";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return InboxBlob;
        })();

        v1.DerivationTargets = (function() {

            /**
             * Properties of a DerivationTargets.
             * @typedef {Object} atoll.v1.DerivationTargets.$Properties
             * @property {atoll.v1.BlockId.$Properties|null} [finalized] DerivationTargets finalized
             * @property {atoll.v1.L1BlockRef.$Properties|null} [currentL1] DerivationTargets currentL1
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DerivationTargets.
             * @memberof atoll.v1
             * @interface IDerivationTargets
             * @augments atoll.v1.DerivationTargets.$Properties
             * @deprecated Use atoll.v1.DerivationTargets.$Properties instead.
             */

            /**
             * Shape of a DerivationTargets.
             * @typedef {atoll.v1.DerivationTargets.$Properties} atoll.v1.DerivationTargets.$Shape
             */

            /**
             * Constructs a new DerivationTargets.
             * @memberof atoll.v1
             * @classdesc Represents a DerivationTargets.
             * @constructor
             * @param {atoll.v1.DerivationTargets.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DerivationTargets = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DerivationTargets finalized.
             * @member {atoll.v1.BlockId.$Properties|null|undefined} finalized
             * @memberof atoll.v1.DerivationTargets
             * @instance
             */
            DerivationTargets.prototype.finalized = null;

            /**
             * DerivationTargets currentL1.
             * @member {atoll.v1.L1BlockRef.$Properties|null|undefined} currentL1
             * @memberof atoll.v1.DerivationTargets
             * @instance
             */
            DerivationTargets.prototype.currentL1 = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(DerivationTargets.prototype, "_finalized", {
                get: $util.oneOfGetter($oneOfFields = ["finalized"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(DerivationTargets.prototype, "_currentL1", {
                get: $util.oneOfGetter($oneOfFields = ["currentL1"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified DerivationTargets message. Does not implicitly {@link atoll.v1.DerivationTargets.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.DerivationTargets
             * @static
             * @param {atoll.v1.DerivationTargets.$Properties} message DerivationTargets message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DerivationTargets.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.finalized != null && $Object.hasOwnProperty.call(message, "finalized"))
                    $root.atoll.v1.BlockId.encode(message.finalized, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.currentL1 != null && $Object.hasOwnProperty.call(message, "currentL1"))
                    $root.atoll.v1.L1BlockRef.encode(message.currentL1, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DerivationTargets message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.DerivationTargets
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.DerivationTargets & atoll.v1.DerivationTargets.$Shape} DerivationTargets
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DerivationTargets.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.DerivationTargets();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.finalized = $root.atoll.v1.BlockId.decode(reader, reader.size(), $undefined, _depth + 1, message.finalized);
                            message._finalized = "finalized";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.currentL1 = $root.atoll.v1.L1BlockRef.decode(reader, reader.size(), $undefined, _depth + 1, message.currentL1);
                            message._currentL1 = "currentL1";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DerivationTargets;
        })();

        v1.SafeAt = (function() {

            /**
             * Properties of a SafeAt.
             * @typedef {Object} atoll.v1.SafeAt.$Properties
             * @property {atoll.v1.BlockId.$Properties|null} [l1] SafeAt l1
             * @property {atoll.v1.BlockId.$Properties|null} [safe] SafeAt safe
             * @property {Long|null} [generation] SafeAt generation
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SafeAt.
             * @memberof atoll.v1
             * @interface ISafeAt
             * @augments atoll.v1.SafeAt.$Properties
             * @deprecated Use atoll.v1.SafeAt.$Properties instead.
             */

            /**
             * Shape of a SafeAt.
             * @typedef {atoll.v1.SafeAt.$Properties} atoll.v1.SafeAt.$Shape
             */

            /**
             * Constructs a new SafeAt.
             * @memberof atoll.v1
             * @classdesc Represents a SafeAt.
             * @constructor
             * @param {atoll.v1.SafeAt.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SafeAt = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SafeAt l1.
             * @member {atoll.v1.BlockId.$Properties|null|undefined} l1
             * @memberof atoll.v1.SafeAt
             * @instance
             */
            SafeAt.prototype.l1 = null;

            /**
             * SafeAt safe.
             * @member {atoll.v1.BlockId.$Properties|null|undefined} safe
             * @memberof atoll.v1.SafeAt
             * @instance
             */
            SafeAt.prototype.safe = null;

            /**
             * SafeAt generation.
             * @member {Long} generation
             * @memberof atoll.v1.SafeAt
             * @instance
             */
            SafeAt.prototype.generation = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified SafeAt message. Does not implicitly {@link atoll.v1.SafeAt.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.SafeAt
             * @static
             * @param {atoll.v1.SafeAt.$Properties} message SafeAt message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SafeAt.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.l1 != null && $Object.hasOwnProperty.call(message, "l1"))
                    $root.atoll.v1.BlockId.encode(message.l1, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.safe != null && $Object.hasOwnProperty.call(message, "safe"))
                    $root.atoll.v1.BlockId.encode(message.safe, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.generation != null && $Object.hasOwnProperty.call(message, "generation") && (typeof message.generation === "object" ? message.generation.low || message.generation.high : message.generation !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.generation);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SafeAt message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.SafeAt
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.SafeAt & atoll.v1.SafeAt.$Shape} SafeAt
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SafeAt.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.SafeAt();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.l1 = $root.atoll.v1.BlockId.decode(reader, reader.size(), $undefined, _depth + 1, message.l1);
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.safe = $root.atoll.v1.BlockId.decode(reader, reader.size(), $undefined, _depth + 1, message.safe);
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.generation = value;
                            else
                                delete message.generation;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SafeAt;
        })();

        v1.SafeHeadAtRequest = (function() {

            /**
             * Properties of a SafeHeadAtRequest.
             * @typedef {Object} atoll.v1.SafeHeadAtRequest.$Properties
             * @property {Long|null} [l1Number] SafeHeadAtRequest l1Number
             * @property {Long|null} [l2Number] SafeHeadAtRequest l2Number
             * @property {"l1Number"|"l2Number"} [block] SafeHeadAtRequest block
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SafeHeadAtRequest.
             * @memberof atoll.v1
             * @interface ISafeHeadAtRequest
             * @augments atoll.v1.SafeHeadAtRequest.$Properties
             * @deprecated Use atoll.v1.SafeHeadAtRequest.$Properties instead.
             */

            /**
             * Narrowed shape of a SafeHeadAtRequest.
             * @typedef {{
             *   l1Number?: Long|null;
             *   l2Number?: Long|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ block?: undefined; l1Number?: null; l2Number?: null }|{ block?: "l1Number"; l1Number: Long; l2Number?: null }|{ block?: "l2Number"; l1Number?: null; l2Number: Long })
             * )} atoll.v1.SafeHeadAtRequest.$Shape
             */

            /**
             * Constructs a new SafeHeadAtRequest.
             * @memberof atoll.v1
             * @classdesc Represents a SafeHeadAtRequest.
             * @constructor
             * @param {atoll.v1.SafeHeadAtRequest.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SafeHeadAtRequest = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SafeHeadAtRequest l1Number.
             * @member {Long|null|undefined} l1Number
             * @memberof atoll.v1.SafeHeadAtRequest
             * @instance
             */
            SafeHeadAtRequest.prototype.l1Number = null;

            /**
             * SafeHeadAtRequest l2Number.
             * @member {Long|null|undefined} l2Number
             * @memberof atoll.v1.SafeHeadAtRequest
             * @instance
             */
            SafeHeadAtRequest.prototype.l2Number = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * SafeHeadAtRequest block.
             * @member {"l1Number"|"l2Number"|undefined} block
             * @memberof atoll.v1.SafeHeadAtRequest
             * @instance
             */
            $Object.defineProperty(SafeHeadAtRequest.prototype, "block", {
                get: $util.oneOfGetter($oneOfFields = ["l1Number", "l2Number"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified SafeHeadAtRequest message. Does not implicitly {@link atoll.v1.SafeHeadAtRequest.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.SafeHeadAtRequest
             * @static
             * @param {atoll.v1.SafeHeadAtRequest.$Properties} message SafeHeadAtRequest message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SafeHeadAtRequest.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.l1Number != null && $Object.hasOwnProperty.call(message, "l1Number"))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.l1Number);
                if (message.l2Number != null && $Object.hasOwnProperty.call(message, "l2Number"))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.l2Number);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SafeHeadAtRequest message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.SafeHeadAtRequest
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.SafeHeadAtRequest & atoll.v1.SafeHeadAtRequest.$Shape} SafeHeadAtRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SafeHeadAtRequest.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.SafeHeadAtRequest();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            message.l1Number = reader.uint64();
                            message.block = "l1Number";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            message.l2Number = reader.uint64();
                            message.block = "l2Number";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SafeHeadAtRequest;
        })();

        v1.SafeHeadAtResponse = (function() {

            /**
             * Properties of a SafeHeadAtResponse.
             * @typedef {Object} atoll.v1.SafeHeadAtResponse.$Properties
             * @property {atoll.v1.SafeAt.$Properties|null} [found] SafeHeadAtResponse found
             * @property {atoll.v1.SafeHeadAtResponse.Missing|null} [missing] SafeHeadAtResponse missing
             * @property {"found"|"missing"} [outcome] SafeHeadAtResponse outcome
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SafeHeadAtResponse.
             * @memberof atoll.v1
             * @interface ISafeHeadAtResponse
             * @augments atoll.v1.SafeHeadAtResponse.$Properties
             * @deprecated Use atoll.v1.SafeHeadAtResponse.$Properties instead.
             */

            /**
             * Narrowed shape of a SafeHeadAtResponse.
             * @typedef {{
             *   found?: atoll.v1.SafeAt.$Shape|null;
             *   missing?: atoll.v1.SafeHeadAtResponse.Missing|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ outcome?: undefined; found?: null; missing?: null }|{ outcome?: "found"; found: atoll.v1.SafeAt.$Shape; missing?: null }|{ outcome?: "missing"; found?: null; missing: atoll.v1.SafeHeadAtResponse.Missing })
             * )} atoll.v1.SafeHeadAtResponse.$Shape
             */

            /**
             * Constructs a new SafeHeadAtResponse.
             * @memberof atoll.v1
             * @classdesc Represents a SafeHeadAtResponse.
             * @constructor
             * @param {atoll.v1.SafeHeadAtResponse.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SafeHeadAtResponse = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SafeHeadAtResponse found.
             * @member {atoll.v1.SafeAt.$Properties|null|undefined} found
             * @memberof atoll.v1.SafeHeadAtResponse
             * @instance
             */
            SafeHeadAtResponse.prototype.found = null;

            /**
             * SafeHeadAtResponse missing.
             * @member {atoll.v1.SafeHeadAtResponse.Missing|null|undefined} missing
             * @memberof atoll.v1.SafeHeadAtResponse
             * @instance
             */
            SafeHeadAtResponse.prototype.missing = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * SafeHeadAtResponse outcome.
             * @member {"found"|"missing"|undefined} outcome
             * @memberof atoll.v1.SafeHeadAtResponse
             * @instance
             */
            $Object.defineProperty(SafeHeadAtResponse.prototype, "outcome", {
                get: $util.oneOfGetter($oneOfFields = ["found", "missing"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified SafeHeadAtResponse message. Does not implicitly {@link atoll.v1.SafeHeadAtResponse.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.SafeHeadAtResponse
             * @static
             * @param {atoll.v1.SafeHeadAtResponse.$Properties} message SafeHeadAtResponse message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SafeHeadAtResponse.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.found != null && $Object.hasOwnProperty.call(message, "found"))
                    $root.atoll.v1.SafeAt.encode(message.found, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.missing != null && $Object.hasOwnProperty.call(message, "missing"))
                    writer.uint32(/* id 2, wireType 0 =*/16).int32(message.missing);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SafeHeadAtResponse message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.SafeHeadAtResponse
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.SafeHeadAtResponse & atoll.v1.SafeHeadAtResponse.$Shape} SafeHeadAtResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SafeHeadAtResponse.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.SafeHeadAtResponse();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.found = $root.atoll.v1.SafeAt.decode(reader, reader.size(), $undefined, _depth + 1, message.found);
                            message.outcome = "found";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            message.missing = reader.int32();
                            message.outcome = "missing";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Missing enum.
             * @name atoll.v1.SafeHeadAtResponse.Missing
             * @enum {number}
             * @property {number} MISSING_UNSPECIFIED=0 MISSING_UNSPECIFIED value
             * @property {number} NOT_YET=1 NOT_YET value
             * @property {number} TOO_OLD=2 TOO_OLD value
             */
            SafeHeadAtResponse.Missing = (function() {
                const valuesById = $Object.create(null), values = $Object.create(valuesById);
                values[valuesById[0] = "MISSING_UNSPECIFIED"] = 0;
                values[valuesById[1] = "NOT_YET"] = 1;
                values[valuesById[2] = "TOO_OLD"] = 2;
                return values;
            })();

            return SafeHeadAtResponse;
        })();

        v1.ChainState = (function() {

            /**
             * Properties of a ChainState.
             * @typedef {Object} atoll.v1.ChainState.$Properties
             * @property {Long|null} [generation] ChainState generation
             * @property {Long|null} [version] ChainState version
             * @property {Long|null} [sequence] ChainState sequence
             * @property {atoll.v1.ChainState.Outcome|null} [outcome] ChainState outcome
             * @property {Uint8Array|null} [attributesDigest] ChainState attributesDigest
             * @property {atoll.v1.L2BlockRef.$Properties|null} [unsafe] ChainState unsafe
             * @property {atoll.v1.L2BlockRef.$Properties|null} [safe] ChainState safe
             * @property {atoll.v1.L2BlockRef.$Properties|null} [finalized] ChainState finalized
             * @property {atoll.v1.L2BlockRef.$Properties|null} [localSafe] ChainState localSafe
             * @property {atoll.v1.L2BlockRef.$Properties|null} [pendingSafe] ChainState pendingSafe
             * @property {atoll.v1.ResetPoint.$Properties|null} [start] ChainState start
             * @property {atoll.v1.ChainState.Sync|null} [sync] ChainState sync
             * @property {Long|null} [term] ChainState term
             * @property {string|null} [instance] ChainState instance
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ChainState.
             * @memberof atoll.v1
             * @interface IChainState
             * @augments atoll.v1.ChainState.$Properties
             * @deprecated Use atoll.v1.ChainState.$Properties instead.
             */

            /**
             * Shape of a ChainState.
             * @typedef {atoll.v1.ChainState.$Properties} atoll.v1.ChainState.$Shape
             */

            /**
             * Constructs a new ChainState.
             * @memberof atoll.v1
             * @classdesc Represents a ChainState.
             * @constructor
             * @param {atoll.v1.ChainState.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ChainState = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ChainState generation.
             * @member {Long} generation
             * @memberof atoll.v1.ChainState
             * @instance
             */
            ChainState.prototype.generation = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ChainState version.
             * @member {Long} version
             * @memberof atoll.v1.ChainState
             * @instance
             */
            ChainState.prototype.version = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ChainState sequence.
             * @member {Long} sequence
             * @memberof atoll.v1.ChainState
             * @instance
             */
            ChainState.prototype.sequence = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ChainState outcome.
             * @member {atoll.v1.ChainState.Outcome} outcome
             * @memberof atoll.v1.ChainState
             * @instance
             */
            ChainState.prototype.outcome = 0;

            /**
             * ChainState attributesDigest.
             * @member {Uint8Array|null|undefined} attributesDigest
             * @memberof atoll.v1.ChainState
             * @instance
             */
            ChainState.prototype.attributesDigest = null;

            /**
             * ChainState unsafe.
             * @member {atoll.v1.L2BlockRef.$Properties|null|undefined} unsafe
             * @memberof atoll.v1.ChainState
             * @instance
             */
            ChainState.prototype.unsafe = null;

            /**
             * ChainState safe.
             * @member {atoll.v1.L2BlockRef.$Properties|null|undefined} safe
             * @memberof atoll.v1.ChainState
             * @instance
             */
            ChainState.prototype.safe = null;

            /**
             * ChainState finalized.
             * @member {atoll.v1.L2BlockRef.$Properties|null|undefined} finalized
             * @memberof atoll.v1.ChainState
             * @instance
             */
            ChainState.prototype.finalized = null;

            /**
             * ChainState localSafe.
             * @member {atoll.v1.L2BlockRef.$Properties|null|undefined} localSafe
             * @memberof atoll.v1.ChainState
             * @instance
             */
            ChainState.prototype.localSafe = null;

            /**
             * ChainState pendingSafe.
             * @member {atoll.v1.L2BlockRef.$Properties|null|undefined} pendingSafe
             * @memberof atoll.v1.ChainState
             * @instance
             */
            ChainState.prototype.pendingSafe = null;

            /**
             * ChainState start.
             * @member {atoll.v1.ResetPoint.$Properties|null|undefined} start
             * @memberof atoll.v1.ChainState
             * @instance
             */
            ChainState.prototype.start = null;

            /**
             * ChainState sync.
             * @member {atoll.v1.ChainState.Sync} sync
             * @memberof atoll.v1.ChainState
             * @instance
             */
            ChainState.prototype.sync = 0;

            /**
             * ChainState term.
             * @member {Long} term
             * @memberof atoll.v1.ChainState
             * @instance
             */
            ChainState.prototype.term = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ChainState instance.
             * @member {string} instance
             * @memberof atoll.v1.ChainState
             * @instance
             */
            ChainState.prototype.instance = "";

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(ChainState.prototype, "_attributesDigest", {
                get: $util.oneOfGetter($oneOfFields = ["attributesDigest"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified ChainState message. Does not implicitly {@link atoll.v1.ChainState.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.ChainState
             * @static
             * @param {atoll.v1.ChainState.$Properties} message ChainState message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ChainState.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.generation != null && $Object.hasOwnProperty.call(message, "generation") && (typeof message.generation === "object" ? message.generation.low || message.generation.high : message.generation !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.generation);
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && (typeof message.version === "object" ? message.version.low || message.version.high : message.version !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.version);
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && (typeof message.sequence === "object" ? message.sequence.low || message.sequence.high : message.sequence !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.sequence);
                if (message.outcome != null && $Object.hasOwnProperty.call(message, "outcome") && message.outcome !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).int32(message.outcome);
                if (message.attributesDigest != null && $Object.hasOwnProperty.call(message, "attributesDigest"))
                    writer.uint32(/* id 5, wireType 2 =*/42).bytes(message.attributesDigest);
                if (message.unsafe != null && $Object.hasOwnProperty.call(message, "unsafe"))
                    $root.atoll.v1.L2BlockRef.encode(message.unsafe, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.safe != null && $Object.hasOwnProperty.call(message, "safe"))
                    $root.atoll.v1.L2BlockRef.encode(message.safe, writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.finalized != null && $Object.hasOwnProperty.call(message, "finalized"))
                    $root.atoll.v1.L2BlockRef.encode(message.finalized, writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
                if (message.localSafe != null && $Object.hasOwnProperty.call(message, "localSafe"))
                    $root.atoll.v1.L2BlockRef.encode(message.localSafe, writer.uint32(/* id 9, wireType 2 =*/74).fork(), _depth + 1).ldelim();
                if (message.pendingSafe != null && $Object.hasOwnProperty.call(message, "pendingSafe"))
                    $root.atoll.v1.L2BlockRef.encode(message.pendingSafe, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.start != null && $Object.hasOwnProperty.call(message, "start"))
                    $root.atoll.v1.ResetPoint.encode(message.start, writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
                if (message.sync != null && $Object.hasOwnProperty.call(message, "sync") && message.sync !== 0)
                    writer.uint32(/* id 12, wireType 0 =*/96).int32(message.sync);
                if (message.term != null && $Object.hasOwnProperty.call(message, "term") && (typeof message.term === "object" ? message.term.low || message.term.high : message.term !== 0))
                    writer.uint32(/* id 13, wireType 0 =*/104).uint64(message.term);
                if (message.instance != null && $Object.hasOwnProperty.call(message, "instance") && message.instance !== "")
                    writer.uint32(/* id 14, wireType 2 =*/114).string(message.instance);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ChainState message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.ChainState
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.ChainState & atoll.v1.ChainState.$Shape} ChainState
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ChainState.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.ChainState();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.generation = value;
                            else
                                delete message.generation;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.sequence = value;
                            else
                                delete message.sequence;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.outcome = value;
                            else
                                delete message.outcome;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.attributesDigest = reader.bytes();
                            message._attributesDigest = "attributesDigest";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.unsafe = $root.atoll.v1.L2BlockRef.decode(reader, reader.size(), $undefined, _depth + 1, message.unsafe);
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.safe = $root.atoll.v1.L2BlockRef.decode(reader, reader.size(), $undefined, _depth + 1, message.safe);
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            message.finalized = $root.atoll.v1.L2BlockRef.decode(reader, reader.size(), $undefined, _depth + 1, message.finalized);
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            message.localSafe = $root.atoll.v1.L2BlockRef.decode(reader, reader.size(), $undefined, _depth + 1, message.localSafe);
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.pendingSafe = $root.atoll.v1.L2BlockRef.decode(reader, reader.size(), $undefined, _depth + 1, message.pendingSafe);
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            message.start = $root.atoll.v1.ResetPoint.decode(reader, reader.size(), $undefined, _depth + 1, message.start);
                            continue;
                        }
                    case 12: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.sync = value;
                            else
                                delete message.sync;
                            continue;
                        }
                    case 13: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.term = value;
                            else
                                delete message.term;
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.instance = value;
                            else
                                delete message.instance;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Outcome enum.
             * @name atoll.v1.ChainState.Outcome
             * @enum {number}
             * @property {number} OUTCOME_UNSPECIFIED=0 OUTCOME_UNSPECIFIED value
             * @property {number} STARTED=1 STARTED value
             * @property {number} CONSOLIDATED=2 CONSOLIDATED value
             * @property {number} BUILT=3 BUILT value
             * @property {number} REPLACED=4 REPLACED value
             * @property {number} DROPPED=5 DROPPED value
             */
            ChainState.Outcome = (function() {
                const valuesById = $Object.create(null), values = $Object.create(valuesById);
                values[valuesById[0] = "OUTCOME_UNSPECIFIED"] = 0;
                values[valuesById[1] = "STARTED"] = 1;
                values[valuesById[2] = "CONSOLIDATED"] = 2;
                values[valuesById[3] = "BUILT"] = 3;
                values[valuesById[4] = "REPLACED"] = 4;
                values[valuesById[5] = "DROPPED"] = 5;
                return values;
            })();

            /**
             * Sync enum.
             * @name atoll.v1.ChainState.Sync
             * @enum {number}
             * @property {number} SYNC_UNSPECIFIED=0 SYNC_UNSPECIFIED value
             * @property {number} READY=1 READY value
             * @property {number} EL_SYNCING=2 EL_SYNCING value
             * @property {number} EL_SYNCED=3 EL_SYNCED value
             */
            ChainState.Sync = (function() {
                const valuesById = $Object.create(null), values = $Object.create(valuesById);
                values[valuesById[0] = "SYNC_UNSPECIFIED"] = 0;
                values[valuesById[1] = "READY"] = 1;
                values[valuesById[2] = "EL_SYNCING"] = 2;
                values[valuesById[3] = "EL_SYNCED"] = 3;
                return values;
            })();

            return ChainState;
        })();

        v1.ResetPoint = (function() {

            /**
             * Properties of a ResetPoint.
             * @typedef {Object} atoll.v1.ResetPoint.$Properties
             * @property {atoll.v1.L2BlockRef.$Properties|null} [safe] ResetPoint safe
             * @property {atoll.v1.L1BlockRef.$Properties|null} [l1Origin] ResetPoint l1Origin
             * @property {atoll.v1.SystemConfig.$Properties|null} [systemConfig] ResetPoint systemConfig
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ResetPoint.
             * @memberof atoll.v1
             * @interface IResetPoint
             * @augments atoll.v1.ResetPoint.$Properties
             * @deprecated Use atoll.v1.ResetPoint.$Properties instead.
             */

            /**
             * Shape of a ResetPoint.
             * @typedef {atoll.v1.ResetPoint.$Properties} atoll.v1.ResetPoint.$Shape
             */

            /**
             * Constructs a new ResetPoint.
             * @memberof atoll.v1
             * @classdesc Represents a ResetPoint.
             * @constructor
             * @param {atoll.v1.ResetPoint.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ResetPoint = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ResetPoint safe.
             * @member {atoll.v1.L2BlockRef.$Properties|null|undefined} safe
             * @memberof atoll.v1.ResetPoint
             * @instance
             */
            ResetPoint.prototype.safe = null;

            /**
             * ResetPoint l1Origin.
             * @member {atoll.v1.L1BlockRef.$Properties|null|undefined} l1Origin
             * @memberof atoll.v1.ResetPoint
             * @instance
             */
            ResetPoint.prototype.l1Origin = null;

            /**
             * ResetPoint systemConfig.
             * @member {atoll.v1.SystemConfig.$Properties|null|undefined} systemConfig
             * @memberof atoll.v1.ResetPoint
             * @instance
             */
            ResetPoint.prototype.systemConfig = null;

            /**
             * Encodes the specified ResetPoint message. Does not implicitly {@link atoll.v1.ResetPoint.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.ResetPoint
             * @static
             * @param {atoll.v1.ResetPoint.$Properties} message ResetPoint message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ResetPoint.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.safe != null && $Object.hasOwnProperty.call(message, "safe"))
                    $root.atoll.v1.L2BlockRef.encode(message.safe, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.l1Origin != null && $Object.hasOwnProperty.call(message, "l1Origin"))
                    $root.atoll.v1.L1BlockRef.encode(message.l1Origin, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.systemConfig != null && $Object.hasOwnProperty.call(message, "systemConfig"))
                    $root.atoll.v1.SystemConfig.encode(message.systemConfig, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ResetPoint message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.ResetPoint
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.ResetPoint & atoll.v1.ResetPoint.$Shape} ResetPoint
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ResetPoint.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.ResetPoint();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.safe = $root.atoll.v1.L2BlockRef.decode(reader, reader.size(), $undefined, _depth + 1, message.safe);
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.l1Origin = $root.atoll.v1.L1BlockRef.decode(reader, reader.size(), $undefined, _depth + 1, message.l1Origin);
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.systemConfig = $root.atoll.v1.SystemConfig.decode(reader, reader.size(), $undefined, _depth + 1, message.systemConfig);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ResetPoint;
        })();

        v1.PayloadAttributes = (function() {

            /**
             * Properties of a PayloadAttributes.
             * @typedef {Object} atoll.v1.PayloadAttributes.$Properties
             * @property {Long|null} [timestamp] PayloadAttributes timestamp
             * @property {Uint8Array|null} [prevRandao] PayloadAttributes prevRandao
             * @property {Uint8Array|null} [suggestedFeeRecipient] PayloadAttributes suggestedFeeRecipient
             * @property {boolean|null} [withdrawals] PayloadAttributes withdrawals
             * @property {Uint8Array|null} [parentBeaconBlockRoot] PayloadAttributes parentBeaconBlockRoot
             * @property {Array.<Uint8Array>|null} [transactions] PayloadAttributes transactions
             * @property {boolean|null} [noTxPool] PayloadAttributes noTxPool
             * @property {Long|null} [gasLimit] PayloadAttributes gasLimit
             * @property {Uint8Array|null} [eip1559Params] PayloadAttributes eip1559Params
             * @property {Long|null} [minBaseFee] PayloadAttributes minBaseFee
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PayloadAttributes.
             * @memberof atoll.v1
             * @interface IPayloadAttributes
             * @augments atoll.v1.PayloadAttributes.$Properties
             * @deprecated Use atoll.v1.PayloadAttributes.$Properties instead.
             */

            /**
             * Shape of a PayloadAttributes.
             * @typedef {atoll.v1.PayloadAttributes.$Properties} atoll.v1.PayloadAttributes.$Shape
             */

            /**
             * Constructs a new PayloadAttributes.
             * @memberof atoll.v1
             * @classdesc Represents a PayloadAttributes.
             * @constructor
             * @param {atoll.v1.PayloadAttributes.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PayloadAttributes = function (properties) {
                this.transactions = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PayloadAttributes timestamp.
             * @member {Long} timestamp
             * @memberof atoll.v1.PayloadAttributes
             * @instance
             */
            PayloadAttributes.prototype.timestamp = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PayloadAttributes prevRandao.
             * @member {Uint8Array} prevRandao
             * @memberof atoll.v1.PayloadAttributes
             * @instance
             */
            PayloadAttributes.prototype.prevRandao = $util.newBuffer([]);

            /**
             * PayloadAttributes suggestedFeeRecipient.
             * @member {Uint8Array} suggestedFeeRecipient
             * @memberof atoll.v1.PayloadAttributes
             * @instance
             */
            PayloadAttributes.prototype.suggestedFeeRecipient = $util.newBuffer([]);

            /**
             * PayloadAttributes withdrawals.
             * @member {boolean} withdrawals
             * @memberof atoll.v1.PayloadAttributes
             * @instance
             */
            PayloadAttributes.prototype.withdrawals = false;

            /**
             * PayloadAttributes parentBeaconBlockRoot.
             * @member {Uint8Array|null|undefined} parentBeaconBlockRoot
             * @memberof atoll.v1.PayloadAttributes
             * @instance
             */
            PayloadAttributes.prototype.parentBeaconBlockRoot = null;

            /**
             * PayloadAttributes transactions.
             * @member {Array.<Uint8Array>} transactions
             * @memberof atoll.v1.PayloadAttributes
             * @instance
             */
            PayloadAttributes.prototype.transactions = $util.emptyArray;

            /**
             * PayloadAttributes noTxPool.
             * @member {boolean} noTxPool
             * @memberof atoll.v1.PayloadAttributes
             * @instance
             */
            PayloadAttributes.prototype.noTxPool = false;

            /**
             * PayloadAttributes gasLimit.
             * @member {Long} gasLimit
             * @memberof atoll.v1.PayloadAttributes
             * @instance
             */
            PayloadAttributes.prototype.gasLimit = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PayloadAttributes eip1559Params.
             * @member {Uint8Array|null|undefined} eip1559Params
             * @memberof atoll.v1.PayloadAttributes
             * @instance
             */
            PayloadAttributes.prototype.eip1559Params = null;

            /**
             * PayloadAttributes minBaseFee.
             * @member {Long|null|undefined} minBaseFee
             * @memberof atoll.v1.PayloadAttributes
             * @instance
             */
            PayloadAttributes.prototype.minBaseFee = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_parentBeaconBlockRoot", {
                get: $util.oneOfGetter($oneOfFields = ["parentBeaconBlockRoot"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_eip1559Params", {
                get: $util.oneOfGetter($oneOfFields = ["eip1559Params"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_minBaseFee", {
                get: $util.oneOfGetter($oneOfFields = ["minBaseFee"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified PayloadAttributes message. Does not implicitly {@link atoll.v1.PayloadAttributes.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.PayloadAttributes
             * @static
             * @param {atoll.v1.PayloadAttributes.$Properties} message PayloadAttributes message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PayloadAttributes.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.timestamp != null && $Object.hasOwnProperty.call(message, "timestamp") && (typeof message.timestamp === "object" ? message.timestamp.low || message.timestamp.high : message.timestamp !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.timestamp);
                if (message.prevRandao != null && $Object.hasOwnProperty.call(message, "prevRandao") && message.prevRandao.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.prevRandao);
                if (message.suggestedFeeRecipient != null && $Object.hasOwnProperty.call(message, "suggestedFeeRecipient") && message.suggestedFeeRecipient.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.suggestedFeeRecipient);
                if (message.withdrawals != null && $Object.hasOwnProperty.call(message, "withdrawals") && message.withdrawals !== false)
                    writer.uint32(/* id 4, wireType 0 =*/32).bool(message.withdrawals);
                if (message.parentBeaconBlockRoot != null && $Object.hasOwnProperty.call(message, "parentBeaconBlockRoot"))
                    writer.uint32(/* id 5, wireType 2 =*/42).bytes(message.parentBeaconBlockRoot);
                if (message.transactions != null && message.transactions.length)
                    for (let i = 0; i < message.transactions.length; ++i)
                        writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.transactions[i]);
                if (message.noTxPool != null && $Object.hasOwnProperty.call(message, "noTxPool") && message.noTxPool !== false)
                    writer.uint32(/* id 7, wireType 0 =*/56).bool(message.noTxPool);
                if (message.gasLimit != null && $Object.hasOwnProperty.call(message, "gasLimit") && (typeof message.gasLimit === "object" ? message.gasLimit.low || message.gasLimit.high : message.gasLimit !== 0))
                    writer.uint32(/* id 8, wireType 0 =*/64).uint64(message.gasLimit);
                if (message.eip1559Params != null && $Object.hasOwnProperty.call(message, "eip1559Params"))
                    writer.uint32(/* id 9, wireType 2 =*/74).bytes(message.eip1559Params);
                if (message.minBaseFee != null && $Object.hasOwnProperty.call(message, "minBaseFee"))
                    writer.uint32(/* id 10, wireType 0 =*/80).uint64(message.minBaseFee);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PayloadAttributes message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.PayloadAttributes
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.PayloadAttributes & atoll.v1.PayloadAttributes.$Shape} PayloadAttributes
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PayloadAttributes.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.PayloadAttributes();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.timestamp = value;
                            else
                                delete message.timestamp;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.prevRandao = value;
                            else
                                delete message.prevRandao;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.suggestedFeeRecipient = value;
                            else
                                delete message.suggestedFeeRecipient;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.withdrawals = value;
                            else
                                delete message.withdrawals;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.parentBeaconBlockRoot = reader.bytes();
                            message._parentBeaconBlockRoot = "parentBeaconBlockRoot";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if (!(message.transactions && message.transactions.length))
                                message.transactions = [];
                            message.transactions.push(reader.bytes());
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.noTxPool = value;
                            else
                                delete message.noTxPool;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.gasLimit = value;
                            else
                                delete message.gasLimit;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            message.eip1559Params = reader.bytes();
                            message._eip1559Params = "eip1559Params";
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            message.minBaseFee = reader.uint64();
                            message._minBaseFee = "minBaseFee";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PayloadAttributes;
        })();

        v1.ApplyAttributesRequest = (function() {

            /**
             * Properties of an ApplyAttributesRequest.
             * @typedef {Object} atoll.v1.ApplyAttributesRequest.$Properties
             * @property {Long|null} [generation] ApplyAttributesRequest generation
             * @property {Long|null} [sequence] ApplyAttributesRequest sequence
             * @property {atoll.v1.L2BlockRef.$Properties|null} [parent] ApplyAttributesRequest parent
             * @property {atoll.v1.PayloadAttributes.$Properties|null} [attributes] ApplyAttributesRequest attributes
             * @property {atoll.v1.L1BlockRef.$Properties|null} [derivedFrom] ApplyAttributesRequest derivedFrom
             * @property {boolean|null} [concludesBatch] ApplyAttributesRequest concludesBatch
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an ApplyAttributesRequest.
             * @memberof atoll.v1
             * @interface IApplyAttributesRequest
             * @augments atoll.v1.ApplyAttributesRequest.$Properties
             * @deprecated Use atoll.v1.ApplyAttributesRequest.$Properties instead.
             */

            /**
             * Shape of an ApplyAttributesRequest.
             * @typedef {atoll.v1.ApplyAttributesRequest.$Properties} atoll.v1.ApplyAttributesRequest.$Shape
             */

            /**
             * Constructs a new ApplyAttributesRequest.
             * @memberof atoll.v1
             * @classdesc Represents an ApplyAttributesRequest.
             * @constructor
             * @param {atoll.v1.ApplyAttributesRequest.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ApplyAttributesRequest = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ApplyAttributesRequest generation.
             * @member {Long} generation
             * @memberof atoll.v1.ApplyAttributesRequest
             * @instance
             */
            ApplyAttributesRequest.prototype.generation = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ApplyAttributesRequest sequence.
             * @member {Long} sequence
             * @memberof atoll.v1.ApplyAttributesRequest
             * @instance
             */
            ApplyAttributesRequest.prototype.sequence = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ApplyAttributesRequest parent.
             * @member {atoll.v1.L2BlockRef.$Properties|null|undefined} parent
             * @memberof atoll.v1.ApplyAttributesRequest
             * @instance
             */
            ApplyAttributesRequest.prototype.parent = null;

            /**
             * ApplyAttributesRequest attributes.
             * @member {atoll.v1.PayloadAttributes.$Properties|null|undefined} attributes
             * @memberof atoll.v1.ApplyAttributesRequest
             * @instance
             */
            ApplyAttributesRequest.prototype.attributes = null;

            /**
             * ApplyAttributesRequest derivedFrom.
             * @member {atoll.v1.L1BlockRef.$Properties|null|undefined} derivedFrom
             * @memberof atoll.v1.ApplyAttributesRequest
             * @instance
             */
            ApplyAttributesRequest.prototype.derivedFrom = null;

            /**
             * ApplyAttributesRequest concludesBatch.
             * @member {boolean} concludesBatch
             * @memberof atoll.v1.ApplyAttributesRequest
             * @instance
             */
            ApplyAttributesRequest.prototype.concludesBatch = false;

            /**
             * Encodes the specified ApplyAttributesRequest message. Does not implicitly {@link atoll.v1.ApplyAttributesRequest.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.ApplyAttributesRequest
             * @static
             * @param {atoll.v1.ApplyAttributesRequest.$Properties} message ApplyAttributesRequest message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ApplyAttributesRequest.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.generation != null && $Object.hasOwnProperty.call(message, "generation") && (typeof message.generation === "object" ? message.generation.low || message.generation.high : message.generation !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.generation);
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && (typeof message.sequence === "object" ? message.sequence.low || message.sequence.high : message.sequence !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.sequence);
                if (message.parent != null && $Object.hasOwnProperty.call(message, "parent"))
                    $root.atoll.v1.L2BlockRef.encode(message.parent, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.attributes != null && $Object.hasOwnProperty.call(message, "attributes"))
                    $root.atoll.v1.PayloadAttributes.encode(message.attributes, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.derivedFrom != null && $Object.hasOwnProperty.call(message, "derivedFrom"))
                    $root.atoll.v1.L1BlockRef.encode(message.derivedFrom, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.concludesBatch != null && $Object.hasOwnProperty.call(message, "concludesBatch") && message.concludesBatch !== false)
                    writer.uint32(/* id 6, wireType 0 =*/48).bool(message.concludesBatch);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an ApplyAttributesRequest message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.ApplyAttributesRequest
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.ApplyAttributesRequest & atoll.v1.ApplyAttributesRequest.$Shape} ApplyAttributesRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ApplyAttributesRequest.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.ApplyAttributesRequest();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.generation = value;
                            else
                                delete message.generation;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.sequence = value;
                            else
                                delete message.sequence;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.parent = $root.atoll.v1.L2BlockRef.decode(reader, reader.size(), $undefined, _depth + 1, message.parent);
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.attributes = $root.atoll.v1.PayloadAttributes.decode(reader, reader.size(), $undefined, _depth + 1, message.attributes);
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.derivedFrom = $root.atoll.v1.L1BlockRef.decode(reader, reader.size(), $undefined, _depth + 1, message.derivedFrom);
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.concludesBatch = value;
                            else
                                delete message.concludesBatch;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ApplyAttributesRequest;
        })();

        v1.ApplyAttributesResponse = (function() {

            /**
             * Properties of an ApplyAttributesResponse.
             * @typedef {Object} atoll.v1.ApplyAttributesResponse.$Properties
             * @property {atoll.v1.ApplyAttributesResponse.Accepted.$Properties|null} [accepted] ApplyAttributesResponse accepted
             * @property {atoll.v1.ApplyAttributesResponse.Refused.$Properties|null} [refused] ApplyAttributesResponse refused
             * @property {"accepted"|"refused"} [outcome] ApplyAttributesResponse outcome
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an ApplyAttributesResponse.
             * @memberof atoll.v1
             * @interface IApplyAttributesResponse
             * @augments atoll.v1.ApplyAttributesResponse.$Properties
             * @deprecated Use atoll.v1.ApplyAttributesResponse.$Properties instead.
             */

            /**
             * Narrowed shape of an ApplyAttributesResponse.
             * @typedef {{
             *   accepted?: atoll.v1.ApplyAttributesResponse.Accepted.$Shape|null;
             *   refused?: atoll.v1.ApplyAttributesResponse.Refused.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ outcome?: undefined; accepted?: null; refused?: null }|{ outcome?: "accepted"; accepted: atoll.v1.ApplyAttributesResponse.Accepted.$Shape; refused?: null }|{ outcome?: "refused"; accepted?: null; refused: atoll.v1.ApplyAttributesResponse.Refused.$Shape })
             * )} atoll.v1.ApplyAttributesResponse.$Shape
             */

            /**
             * Constructs a new ApplyAttributesResponse.
             * @memberof atoll.v1
             * @classdesc Represents an ApplyAttributesResponse.
             * @constructor
             * @param {atoll.v1.ApplyAttributesResponse.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ApplyAttributesResponse = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ApplyAttributesResponse accepted.
             * @member {atoll.v1.ApplyAttributesResponse.Accepted.$Properties|null|undefined} accepted
             * @memberof atoll.v1.ApplyAttributesResponse
             * @instance
             */
            ApplyAttributesResponse.prototype.accepted = null;

            /**
             * ApplyAttributesResponse refused.
             * @member {atoll.v1.ApplyAttributesResponse.Refused.$Properties|null|undefined} refused
             * @memberof atoll.v1.ApplyAttributesResponse
             * @instance
             */
            ApplyAttributesResponse.prototype.refused = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * ApplyAttributesResponse outcome.
             * @member {"accepted"|"refused"|undefined} outcome
             * @memberof atoll.v1.ApplyAttributesResponse
             * @instance
             */
            $Object.defineProperty(ApplyAttributesResponse.prototype, "outcome", {
                get: $util.oneOfGetter($oneOfFields = ["accepted", "refused"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified ApplyAttributesResponse message. Does not implicitly {@link atoll.v1.ApplyAttributesResponse.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.ApplyAttributesResponse
             * @static
             * @param {atoll.v1.ApplyAttributesResponse.$Properties} message ApplyAttributesResponse message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ApplyAttributesResponse.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.accepted != null && $Object.hasOwnProperty.call(message, "accepted"))
                    $root.atoll.v1.ApplyAttributesResponse.Accepted.encode(message.accepted, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.refused != null && $Object.hasOwnProperty.call(message, "refused"))
                    $root.atoll.v1.ApplyAttributesResponse.Refused.encode(message.refused, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an ApplyAttributesResponse message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.ApplyAttributesResponse
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.ApplyAttributesResponse & atoll.v1.ApplyAttributesResponse.$Shape} ApplyAttributesResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ApplyAttributesResponse.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.ApplyAttributesResponse();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.accepted = $root.atoll.v1.ApplyAttributesResponse.Accepted.decode(reader, reader.size(), $undefined, _depth + 1, message.accepted);
                            message.outcome = "accepted";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.refused = $root.atoll.v1.ApplyAttributesResponse.Refused.decode(reader, reader.size(), $undefined, _depth + 1, message.refused);
                            message.outcome = "refused";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            ApplyAttributesResponse.Accepted = (function() {

                /**
                 * Properties of an Accepted.
                 * @typedef {Object} atoll.v1.ApplyAttributesResponse.Accepted.$Properties
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of an Accepted.
                 * @memberof atoll.v1.ApplyAttributesResponse
                 * @interface IAccepted
                 * @augments atoll.v1.ApplyAttributesResponse.Accepted.$Properties
                 * @deprecated Use atoll.v1.ApplyAttributesResponse.Accepted.$Properties instead.
                 */

                /**
                 * Shape of an Accepted.
                 * @typedef {atoll.v1.ApplyAttributesResponse.Accepted.$Properties} atoll.v1.ApplyAttributesResponse.Accepted.$Shape
                 */

                /**
                 * Constructs a new Accepted.
                 * @memberof atoll.v1.ApplyAttributesResponse
                 * @classdesc Represents an Accepted.
                 * @constructor
                 * @param {atoll.v1.ApplyAttributesResponse.Accepted.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const Accepted = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * Encodes the specified Accepted message. Does not implicitly {@link atoll.v1.ApplyAttributesResponse.Accepted.verify|verify} messages.
                 * @function encode
                 * @memberof atoll.v1.ApplyAttributesResponse.Accepted
                 * @static
                 * @param {atoll.v1.ApplyAttributesResponse.Accepted.$Properties} message Accepted message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                Accepted.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes an Accepted message from the specified reader or buffer.
                 * @function decode
                 * @memberof atoll.v1.ApplyAttributesResponse.Accepted
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {atoll.v1.ApplyAttributesResponse.Accepted & atoll.v1.ApplyAttributesResponse.Accepted.$Shape} Accepted
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                Accepted.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.atoll.v1.ApplyAttributesResponse.Accepted();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        reader.skipType(tag & 7, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return Accepted;
            })();

            ApplyAttributesResponse.Refused = (function() {

                /**
                 * Properties of a Refused.
                 * @typedef {Object} atoll.v1.ApplyAttributesResponse.Refused.$Properties
                 * @property {Long|null} [generation] Refused generation
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a Refused.
                 * @memberof atoll.v1.ApplyAttributesResponse
                 * @interface IRefused
                 * @augments atoll.v1.ApplyAttributesResponse.Refused.$Properties
                 * @deprecated Use atoll.v1.ApplyAttributesResponse.Refused.$Properties instead.
                 */

                /**
                 * Shape of a Refused.
                 * @typedef {atoll.v1.ApplyAttributesResponse.Refused.$Properties} atoll.v1.ApplyAttributesResponse.Refused.$Shape
                 */

                /**
                 * Constructs a new Refused.
                 * @memberof atoll.v1.ApplyAttributesResponse
                 * @classdesc Represents a Refused.
                 * @constructor
                 * @param {atoll.v1.ApplyAttributesResponse.Refused.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const Refused = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * Refused generation.
                 * @member {Long} generation
                 * @memberof atoll.v1.ApplyAttributesResponse.Refused
                 * @instance
                 */
                Refused.prototype.generation = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

                /**
                 * Encodes the specified Refused message. Does not implicitly {@link atoll.v1.ApplyAttributesResponse.Refused.verify|verify} messages.
                 * @function encode
                 * @memberof atoll.v1.ApplyAttributesResponse.Refused
                 * @static
                 * @param {atoll.v1.ApplyAttributesResponse.Refused.$Properties} message Refused message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                Refused.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.generation != null && $Object.hasOwnProperty.call(message, "generation") && (typeof message.generation === "object" ? message.generation.low || message.generation.high : message.generation !== 0))
                        writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.generation);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a Refused message from the specified reader or buffer.
                 * @function decode
                 * @memberof atoll.v1.ApplyAttributesResponse.Refused
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {atoll.v1.ApplyAttributesResponse.Refused & atoll.v1.ApplyAttributesResponse.Refused.$Shape} Refused
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                Refused.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.atoll.v1.ApplyAttributesResponse.Refused();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.generation = value;
                                else
                                    delete message.generation;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return Refused;
            })();

            return ApplyAttributesResponse;
        })();

        v1.ResetRequest = (function() {

            /**
             * Properties of a ResetRequest.
             * @typedef {Object} atoll.v1.ResetRequest.$Properties
             * @property {Long|null} [generation] ResetRequest generation
             * @property {atoll.v1.ResetRequest.Reason|null} [reason] ResetRequest reason
             * @property {atoll.v1.BlockId.$Properties|null} [safe] ResetRequest safe
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ResetRequest.
             * @memberof atoll.v1
             * @interface IResetRequest
             * @augments atoll.v1.ResetRequest.$Properties
             * @deprecated Use atoll.v1.ResetRequest.$Properties instead.
             */

            /**
             * Shape of a ResetRequest.
             * @typedef {atoll.v1.ResetRequest.$Properties} atoll.v1.ResetRequest.$Shape
             */

            /**
             * Constructs a new ResetRequest.
             * @memberof atoll.v1
             * @classdesc Represents a ResetRequest.
             * @constructor
             * @param {atoll.v1.ResetRequest.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ResetRequest = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ResetRequest generation.
             * @member {Long} generation
             * @memberof atoll.v1.ResetRequest
             * @instance
             */
            ResetRequest.prototype.generation = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ResetRequest reason.
             * @member {atoll.v1.ResetRequest.Reason} reason
             * @memberof atoll.v1.ResetRequest
             * @instance
             */
            ResetRequest.prototype.reason = 0;

            /**
             * ResetRequest safe.
             * @member {atoll.v1.BlockId.$Properties|null|undefined} safe
             * @memberof atoll.v1.ResetRequest
             * @instance
             */
            ResetRequest.prototype.safe = null;

            /**
             * Encodes the specified ResetRequest message. Does not implicitly {@link atoll.v1.ResetRequest.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.ResetRequest
             * @static
             * @param {atoll.v1.ResetRequest.$Properties} message ResetRequest message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ResetRequest.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.generation != null && $Object.hasOwnProperty.call(message, "generation") && (typeof message.generation === "object" ? message.generation.low || message.generation.high : message.generation !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.generation);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).int32(message.reason);
                if (message.safe != null && $Object.hasOwnProperty.call(message, "safe"))
                    $root.atoll.v1.BlockId.encode(message.safe, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ResetRequest message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.ResetRequest
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.ResetRequest & atoll.v1.ResetRequest.$Shape} ResetRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ResetRequest.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.ResetRequest();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.generation = value;
                            else
                                delete message.generation;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.safe = $root.atoll.v1.BlockId.decode(reader, reader.size(), $undefined, _depth + 1, message.safe);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Reason enum.
             * @name atoll.v1.ResetRequest.Reason
             * @enum {number}
             * @property {number} REASON_UNSPECIFIED=0 REASON_UNSPECIFIED value
             * @property {number} L1_REORG=1 L1_REORG value
             * @property {number} INVALID_PAYLOAD=2 INVALID_PAYLOAD value
             * @property {number} OPERATOR=3 OPERATOR value
             * @property {number} HISTORY=4 HISTORY value
             * @property {number} UNKNOWN_INCLUSION=5 UNKNOWN_INCLUSION value
             * @property {number} ENGINE_BEHIND=6 ENGINE_BEHIND value
             * @property {number} L1_PARENT_HASH=7 L1_PARENT_HASH value
             * @property {number} L1_TIMESTAMP=8 L1_TIMESTAMP value
             * @property {number} PARENT_HASH=9 PARENT_HASH value
             * @property {number} TIMESTAMP=10 TIMESTAMP value
             * @property {number} EPOCH=11 EPOCH value
             * @property {number} EPOCH_OF_OTHER_CHAIN=12 EPOCH_OF_OTHER_CHAIN value
             */
            ResetRequest.Reason = (function() {
                const valuesById = $Object.create(null), values = $Object.create(valuesById);
                values[valuesById[0] = "REASON_UNSPECIFIED"] = 0;
                values[valuesById[1] = "L1_REORG"] = 1;
                values[valuesById[2] = "INVALID_PAYLOAD"] = 2;
                values[valuesById[3] = "OPERATOR"] = 3;
                values[valuesById[4] = "HISTORY"] = 4;
                values[valuesById[5] = "UNKNOWN_INCLUSION"] = 5;
                values[valuesById[6] = "ENGINE_BEHIND"] = 6;
                values[valuesById[7] = "L1_PARENT_HASH"] = 7;
                values[valuesById[8] = "L1_TIMESTAMP"] = 8;
                values[valuesById[9] = "PARENT_HASH"] = 9;
                values[valuesById[10] = "TIMESTAMP"] = 10;
                values[valuesById[11] = "EPOCH"] = 11;
                values[valuesById[12] = "EPOCH_OF_OTHER_CHAIN"] = 12;
                return values;
            })();

            return ResetRequest;
        })();

        v1.ResetResponse = (function() {

            /**
             * Properties of a ResetResponse.
             * @typedef {Object} atoll.v1.ResetResponse.$Properties
             * @property {Long|null} [generation] ResetResponse generation
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ResetResponse.
             * @memberof atoll.v1
             * @interface IResetResponse
             * @augments atoll.v1.ResetResponse.$Properties
             * @deprecated Use atoll.v1.ResetResponse.$Properties instead.
             */

            /**
             * Shape of a ResetResponse.
             * @typedef {atoll.v1.ResetResponse.$Properties} atoll.v1.ResetResponse.$Shape
             */

            /**
             * Constructs a new ResetResponse.
             * @memberof atoll.v1
             * @classdesc Represents a ResetResponse.
             * @constructor
             * @param {atoll.v1.ResetResponse.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ResetResponse = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ResetResponse generation.
             * @member {Long} generation
             * @memberof atoll.v1.ResetResponse
             * @instance
             */
            ResetResponse.prototype.generation = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified ResetResponse message. Does not implicitly {@link atoll.v1.ResetResponse.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.ResetResponse
             * @static
             * @param {atoll.v1.ResetResponse.$Properties} message ResetResponse message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ResetResponse.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.generation != null && $Object.hasOwnProperty.call(message, "generation") && (typeof message.generation === "object" ? message.generation.low || message.generation.high : message.generation !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.generation);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ResetResponse message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.ResetResponse
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.ResetResponse & atoll.v1.ResetResponse.$Shape} ResetResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ResetResponse.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.ResetResponse();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.generation = value;
                            else
                                delete message.generation;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ResetResponse;
        })();

        v1.FetchL2BlockRequest = (function() {

            /**
             * Properties of a FetchL2BlockRequest.
             * @typedef {Object} atoll.v1.FetchL2BlockRequest.$Properties
             * @property {Long|null} [number] FetchL2BlockRequest number
             * @property {Uint8Array|null} [hash] FetchL2BlockRequest hash
             * @property {atoll.v1.FetchL2BlockRequest.Label|null} [label] FetchL2BlockRequest label
             * @property {atoll.v1.FetchL2BlockRequest.Part|null} [part] FetchL2BlockRequest part
             * @property {"number"|"hash"|"label"} [block] FetchL2BlockRequest block
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a FetchL2BlockRequest.
             * @memberof atoll.v1
             * @interface IFetchL2BlockRequest
             * @augments atoll.v1.FetchL2BlockRequest.$Properties
             * @deprecated Use atoll.v1.FetchL2BlockRequest.$Properties instead.
             */

            /**
             * Narrowed shape of a FetchL2BlockRequest.
             * @typedef {{
             *   number?: Long|null;
             *   hash?: Uint8Array|null;
             *   label?: atoll.v1.FetchL2BlockRequest.Label|null;
             *   part?: atoll.v1.FetchL2BlockRequest.Part|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ block?: undefined; number?: null; hash?: null; label?: null }|{ block?: "number"; number: Long; hash?: null; label?: null }|{ block?: "hash"; number?: null; hash: Uint8Array; label?: null }|{ block?: "label"; number?: null; hash?: null; label: atoll.v1.FetchL2BlockRequest.Label })
             * )} atoll.v1.FetchL2BlockRequest.$Shape
             */

            /**
             * Constructs a new FetchL2BlockRequest.
             * @memberof atoll.v1
             * @classdesc Represents a FetchL2BlockRequest.
             * @constructor
             * @param {atoll.v1.FetchL2BlockRequest.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const FetchL2BlockRequest = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * FetchL2BlockRequest number.
             * @member {Long|null|undefined} number
             * @memberof atoll.v1.FetchL2BlockRequest
             * @instance
             */
            FetchL2BlockRequest.prototype.number = null;

            /**
             * FetchL2BlockRequest hash.
             * @member {Uint8Array|null|undefined} hash
             * @memberof atoll.v1.FetchL2BlockRequest
             * @instance
             */
            FetchL2BlockRequest.prototype.hash = null;

            /**
             * FetchL2BlockRequest label.
             * @member {atoll.v1.FetchL2BlockRequest.Label|null|undefined} label
             * @memberof atoll.v1.FetchL2BlockRequest
             * @instance
             */
            FetchL2BlockRequest.prototype.label = null;

            /**
             * FetchL2BlockRequest part.
             * @member {atoll.v1.FetchL2BlockRequest.Part} part
             * @memberof atoll.v1.FetchL2BlockRequest
             * @instance
             */
            FetchL2BlockRequest.prototype.part = 0;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * FetchL2BlockRequest block.
             * @member {"number"|"hash"|"label"|undefined} block
             * @memberof atoll.v1.FetchL2BlockRequest
             * @instance
             */
            $Object.defineProperty(FetchL2BlockRequest.prototype, "block", {
                get: $util.oneOfGetter($oneOfFields = ["number", "hash", "label"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified FetchL2BlockRequest message. Does not implicitly {@link atoll.v1.FetchL2BlockRequest.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.FetchL2BlockRequest
             * @static
             * @param {atoll.v1.FetchL2BlockRequest.$Properties} message FetchL2BlockRequest message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            FetchL2BlockRequest.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.number != null && $Object.hasOwnProperty.call(message, "number"))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.number);
                if (message.hash != null && $Object.hasOwnProperty.call(message, "hash"))
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.hash);
                if (message.label != null && $Object.hasOwnProperty.call(message, "label"))
                    writer.uint32(/* id 3, wireType 0 =*/24).int32(message.label);
                if (message.part != null && $Object.hasOwnProperty.call(message, "part") && message.part !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).int32(message.part);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a FetchL2BlockRequest message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.FetchL2BlockRequest
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.FetchL2BlockRequest & atoll.v1.FetchL2BlockRequest.$Shape} FetchL2BlockRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            FetchL2BlockRequest.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.FetchL2BlockRequest();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            message.number = reader.uint64();
                            message.block = "number";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.hash = reader.bytes();
                            message.block = "hash";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            message.label = reader.int32();
                            message.block = "label";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.part = value;
                            else
                                delete message.part;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Label enum.
             * @name atoll.v1.FetchL2BlockRequest.Label
             * @enum {number}
             * @property {number} LABEL_UNSPECIFIED=0 LABEL_UNSPECIFIED value
             * @property {number} UNSAFE=1 UNSAFE value
             * @property {number} SAFE=2 SAFE value
             * @property {number} FINALIZED=3 FINALIZED value
             */
            FetchL2BlockRequest.Label = (function() {
                const valuesById = $Object.create(null), values = $Object.create(valuesById);
                values[valuesById[0] = "LABEL_UNSPECIFIED"] = 0;
                values[valuesById[1] = "UNSAFE"] = 1;
                values[valuesById[2] = "SAFE"] = 2;
                values[valuesById[3] = "FINALIZED"] = 3;
                return values;
            })();

            /**
             * Part enum.
             * @name atoll.v1.FetchL2BlockRequest.Part
             * @enum {number}
             * @property {number} PART_UNSPECIFIED=0 PART_UNSPECIFIED value
             * @property {number} REF=1 REF value
             * @property {number} HEADER=2 HEADER value
             * @property {number} PAYLOAD=3 PAYLOAD value
             * @property {number} ACCOUNT_PROOF=4 ACCOUNT_PROOF value
             */
            FetchL2BlockRequest.Part = (function() {
                const valuesById = $Object.create(null), values = $Object.create(valuesById);
                values[valuesById[0] = "PART_UNSPECIFIED"] = 0;
                values[valuesById[1] = "REF"] = 1;
                values[valuesById[2] = "HEADER"] = 2;
                values[valuesById[3] = "PAYLOAD"] = 3;
                values[valuesById[4] = "ACCOUNT_PROOF"] = 4;
                return values;
            })();

            return FetchL2BlockRequest;
        })();

        v1.FetchL2BlockResponse = (function() {

            /**
             * Properties of a FetchL2BlockResponse.
             * @typedef {Object} atoll.v1.FetchL2BlockResponse.$Properties
             * @property {Long|null} [generation] FetchL2BlockResponse generation
             * @property {atoll.v1.FetchL2BlockResponse.Found.$Properties|null} [found] FetchL2BlockResponse found
             * @property {atoll.v1.FetchL2BlockResponse.NotFound.$Properties|null} [notFound] FetchL2BlockResponse notFound
             * @property {"found"|"notFound"} [outcome] FetchL2BlockResponse outcome
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a FetchL2BlockResponse.
             * @memberof atoll.v1
             * @interface IFetchL2BlockResponse
             * @augments atoll.v1.FetchL2BlockResponse.$Properties
             * @deprecated Use atoll.v1.FetchL2BlockResponse.$Properties instead.
             */

            /**
             * Narrowed shape of a FetchL2BlockResponse.
             * @typedef {{
             *   generation?: Long|null;
             *   found?: atoll.v1.FetchL2BlockResponse.Found.$Shape|null;
             *   notFound?: atoll.v1.FetchL2BlockResponse.NotFound.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ outcome?: undefined; found?: null; notFound?: null }|{ outcome?: "found"; found: atoll.v1.FetchL2BlockResponse.Found.$Shape; notFound?: null }|{ outcome?: "notFound"; found?: null; notFound: atoll.v1.FetchL2BlockResponse.NotFound.$Shape })
             * )} atoll.v1.FetchL2BlockResponse.$Shape
             */

            /**
             * Constructs a new FetchL2BlockResponse.
             * @memberof atoll.v1
             * @classdesc Represents a FetchL2BlockResponse.
             * @constructor
             * @param {atoll.v1.FetchL2BlockResponse.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const FetchL2BlockResponse = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * FetchL2BlockResponse generation.
             * @member {Long} generation
             * @memberof atoll.v1.FetchL2BlockResponse
             * @instance
             */
            FetchL2BlockResponse.prototype.generation = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * FetchL2BlockResponse found.
             * @member {atoll.v1.FetchL2BlockResponse.Found.$Properties|null|undefined} found
             * @memberof atoll.v1.FetchL2BlockResponse
             * @instance
             */
            FetchL2BlockResponse.prototype.found = null;

            /**
             * FetchL2BlockResponse notFound.
             * @member {atoll.v1.FetchL2BlockResponse.NotFound.$Properties|null|undefined} notFound
             * @memberof atoll.v1.FetchL2BlockResponse
             * @instance
             */
            FetchL2BlockResponse.prototype.notFound = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * FetchL2BlockResponse outcome.
             * @member {"found"|"notFound"|undefined} outcome
             * @memberof atoll.v1.FetchL2BlockResponse
             * @instance
             */
            $Object.defineProperty(FetchL2BlockResponse.prototype, "outcome", {
                get: $util.oneOfGetter($oneOfFields = ["found", "notFound"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified FetchL2BlockResponse message. Does not implicitly {@link atoll.v1.FetchL2BlockResponse.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.FetchL2BlockResponse
             * @static
             * @param {atoll.v1.FetchL2BlockResponse.$Properties} message FetchL2BlockResponse message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            FetchL2BlockResponse.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.generation != null && $Object.hasOwnProperty.call(message, "generation") && (typeof message.generation === "object" ? message.generation.low || message.generation.high : message.generation !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.generation);
                if (message.found != null && $Object.hasOwnProperty.call(message, "found"))
                    $root.atoll.v1.FetchL2BlockResponse.Found.encode(message.found, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.notFound != null && $Object.hasOwnProperty.call(message, "notFound"))
                    $root.atoll.v1.FetchL2BlockResponse.NotFound.encode(message.notFound, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a FetchL2BlockResponse message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.FetchL2BlockResponse
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.FetchL2BlockResponse & atoll.v1.FetchL2BlockResponse.$Shape} FetchL2BlockResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            FetchL2BlockResponse.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.FetchL2BlockResponse();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.generation = value;
                            else
                                delete message.generation;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.found = $root.atoll.v1.FetchL2BlockResponse.Found.decode(reader, reader.size(), $undefined, _depth + 1, message.found);
                            message.outcome = "found";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.notFound = $root.atoll.v1.FetchL2BlockResponse.NotFound.decode(reader, reader.size(), $undefined, _depth + 1, message.notFound);
                            message.outcome = "notFound";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            FetchL2BlockResponse.Found = (function() {

                /**
                 * Properties of a Found.
                 * @typedef {Object} atoll.v1.FetchL2BlockResponse.Found.$Properties
                 * @property {atoll.v1.L2BlockRef.$Properties|null} [ref] Found ref
                 * @property {atoll.v1.PayloadHeader.$Properties|null} [header] Found header
                 * @property {atoll.v1.Payload.$Properties|null} [payload] Found payload
                 * @property {atoll.v1.AccountProof.$Properties|null} [accountProof] Found accountProof
                 * @property {"header"|"payload"|"accountProof"} [part] Found part
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a Found.
                 * @memberof atoll.v1.FetchL2BlockResponse
                 * @interface IFound
                 * @augments atoll.v1.FetchL2BlockResponse.Found.$Properties
                 * @deprecated Use atoll.v1.FetchL2BlockResponse.Found.$Properties instead.
                 */

                /**
                 * Narrowed shape of a Found.
                 * @typedef {{
                 *   ref?: atoll.v1.L2BlockRef.$Shape|null;
                 *   header?: atoll.v1.PayloadHeader.$Shape|null;
                 *   payload?: atoll.v1.Payload.$Shape|null;
                 *   accountProof?: atoll.v1.AccountProof.$Shape|null;
                 *   $unknowns?: Array.<Uint8Array>;
                 * } & (
                 *   ({ part?: undefined; header?: null; payload?: null; accountProof?: null }|{ part?: "header"; header: atoll.v1.PayloadHeader.$Shape; payload?: null; accountProof?: null }|{ part?: "payload"; header?: null; payload: atoll.v1.Payload.$Shape; accountProof?: null }|{ part?: "accountProof"; header?: null; payload?: null; accountProof: atoll.v1.AccountProof.$Shape })
                 * )} atoll.v1.FetchL2BlockResponse.Found.$Shape
                 */

                /**
                 * Constructs a new Found.
                 * @memberof atoll.v1.FetchL2BlockResponse
                 * @classdesc Represents a Found.
                 * @constructor
                 * @param {atoll.v1.FetchL2BlockResponse.Found.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const Found = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * Found ref.
                 * @member {atoll.v1.L2BlockRef.$Properties|null|undefined} ref
                 * @memberof atoll.v1.FetchL2BlockResponse.Found
                 * @instance
                 */
                Found.prototype.ref = null;

                /**
                 * Found header.
                 * @member {atoll.v1.PayloadHeader.$Properties|null|undefined} header
                 * @memberof atoll.v1.FetchL2BlockResponse.Found
                 * @instance
                 */
                Found.prototype.header = null;

                /**
                 * Found payload.
                 * @member {atoll.v1.Payload.$Properties|null|undefined} payload
                 * @memberof atoll.v1.FetchL2BlockResponse.Found
                 * @instance
                 */
                Found.prototype.payload = null;

                /**
                 * Found accountProof.
                 * @member {atoll.v1.AccountProof.$Properties|null|undefined} accountProof
                 * @memberof atoll.v1.FetchL2BlockResponse.Found
                 * @instance
                 */
                Found.prototype.accountProof = null;

                // OneOf field names bound to virtual getters and setters
                let $oneOfFields;

                /**
                 * Found part.
                 * @member {"header"|"payload"|"accountProof"|undefined} part
                 * @memberof atoll.v1.FetchL2BlockResponse.Found
                 * @instance
                 */
                $Object.defineProperty(Found.prototype, "part", {
                    get: $util.oneOfGetter($oneOfFields = ["header", "payload", "accountProof"]),
                    set: $util.oneOfSetter($oneOfFields)
                });

                /**
                 * Encodes the specified Found message. Does not implicitly {@link atoll.v1.FetchL2BlockResponse.Found.verify|verify} messages.
                 * @function encode
                 * @memberof atoll.v1.FetchL2BlockResponse.Found
                 * @static
                 * @param {atoll.v1.FetchL2BlockResponse.Found.$Properties} message Found message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                Found.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.ref != null && $Object.hasOwnProperty.call(message, "ref"))
                        $root.atoll.v1.L2BlockRef.encode(message.ref, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                    if (message.header != null && $Object.hasOwnProperty.call(message, "header"))
                        $root.atoll.v1.PayloadHeader.encode(message.header, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                    if (message.payload != null && $Object.hasOwnProperty.call(message, "payload"))
                        $root.atoll.v1.Payload.encode(message.payload, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                    if (message.accountProof != null && $Object.hasOwnProperty.call(message, "accountProof"))
                        $root.atoll.v1.AccountProof.encode(message.accountProof, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a Found message from the specified reader or buffer.
                 * @function decode
                 * @memberof atoll.v1.FetchL2BlockResponse.Found
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {atoll.v1.FetchL2BlockResponse.Found & atoll.v1.FetchL2BlockResponse.Found.$Shape} Found
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                Found.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.atoll.v1.FetchL2BlockResponse.Found();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                message.ref = $root.atoll.v1.L2BlockRef.decode(reader, reader.size(), $undefined, _depth + 1, message.ref);
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                message.header = $root.atoll.v1.PayloadHeader.decode(reader, reader.size(), $undefined, _depth + 1, message.header);
                                message.part = "header";
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                message.payload = $root.atoll.v1.Payload.decode(reader, reader.size(), $undefined, _depth + 1, message.payload);
                                message.part = "payload";
                                continue;
                            }
                        case 4: {
                                if (wireType !== 2)
                                    break;
                                message.accountProof = $root.atoll.v1.AccountProof.decode(reader, reader.size(), $undefined, _depth + 1, message.accountProof);
                                message.part = "accountProof";
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return Found;
            })();

            FetchL2BlockResponse.NotFound = (function() {

                /**
                 * Properties of a NotFound.
                 * @typedef {Object} atoll.v1.FetchL2BlockResponse.NotFound.$Properties
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a NotFound.
                 * @memberof atoll.v1.FetchL2BlockResponse
                 * @interface INotFound
                 * @augments atoll.v1.FetchL2BlockResponse.NotFound.$Properties
                 * @deprecated Use atoll.v1.FetchL2BlockResponse.NotFound.$Properties instead.
                 */

                /**
                 * Shape of a NotFound.
                 * @typedef {atoll.v1.FetchL2BlockResponse.NotFound.$Properties} atoll.v1.FetchL2BlockResponse.NotFound.$Shape
                 */

                /**
                 * Constructs a new NotFound.
                 * @memberof atoll.v1.FetchL2BlockResponse
                 * @classdesc Represents a NotFound.
                 * @constructor
                 * @param {atoll.v1.FetchL2BlockResponse.NotFound.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const NotFound = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * Encodes the specified NotFound message. Does not implicitly {@link atoll.v1.FetchL2BlockResponse.NotFound.verify|verify} messages.
                 * @function encode
                 * @memberof atoll.v1.FetchL2BlockResponse.NotFound
                 * @static
                 * @param {atoll.v1.FetchL2BlockResponse.NotFound.$Properties} message NotFound message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                NotFound.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a NotFound message from the specified reader or buffer.
                 * @function decode
                 * @memberof atoll.v1.FetchL2BlockResponse.NotFound
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {atoll.v1.FetchL2BlockResponse.NotFound & atoll.v1.FetchL2BlockResponse.NotFound.$Shape} NotFound
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                NotFound.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.atoll.v1.FetchL2BlockResponse.NotFound();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        reader.skipType(tag & 7, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return NotFound;
            })();

            return FetchL2BlockResponse;
        })();

        v1.PayloadHeader = (function() {

            /**
             * Properties of a PayloadHeader.
             * @typedef {Object} atoll.v1.PayloadHeader.$Properties
             * @property {Uint8Array|null} [blockHash] PayloadHeader blockHash
             * @property {Uint8Array|null} [parentHash] PayloadHeader parentHash
             * @property {Uint8Array|null} [feeRecipient] PayloadHeader feeRecipient
             * @property {Uint8Array|null} [stateRoot] PayloadHeader stateRoot
             * @property {Uint8Array|null} [receiptsRoot] PayloadHeader receiptsRoot
             * @property {Uint8Array|null} [logsBloom] PayloadHeader logsBloom
             * @property {Uint8Array|null} [prevRandao] PayloadHeader prevRandao
             * @property {Long|null} [number] PayloadHeader number
             * @property {Long|null} [gasLimit] PayloadHeader gasLimit
             * @property {Long|null} [gasUsed] PayloadHeader gasUsed
             * @property {Long|null} [timestamp] PayloadHeader timestamp
             * @property {Uint8Array|null} [extraData] PayloadHeader extraData
             * @property {Uint8Array|null} [baseFeePerGas] PayloadHeader baseFeePerGas
             * @property {boolean|null} [withdrawals] PayloadHeader withdrawals
             * @property {Long|null} [blobGasUsed] PayloadHeader blobGasUsed
             * @property {Long|null} [excessBlobGas] PayloadHeader excessBlobGas
             * @property {Uint8Array|null} [parentBeaconBlockRoot] PayloadHeader parentBeaconBlockRoot
             * @property {Uint8Array|null} [withdrawalsRoot] PayloadHeader withdrawalsRoot
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PayloadHeader.
             * @memberof atoll.v1
             * @interface IPayloadHeader
             * @augments atoll.v1.PayloadHeader.$Properties
             * @deprecated Use atoll.v1.PayloadHeader.$Properties instead.
             */

            /**
             * Shape of a PayloadHeader.
             * @typedef {atoll.v1.PayloadHeader.$Properties} atoll.v1.PayloadHeader.$Shape
             */

            /**
             * Constructs a new PayloadHeader.
             * @memberof atoll.v1
             * @classdesc Represents a PayloadHeader.
             * @constructor
             * @param {atoll.v1.PayloadHeader.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PayloadHeader = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PayloadHeader blockHash.
             * @member {Uint8Array} blockHash
             * @memberof atoll.v1.PayloadHeader
             * @instance
             */
            PayloadHeader.prototype.blockHash = $util.newBuffer([]);

            /**
             * PayloadHeader parentHash.
             * @member {Uint8Array} parentHash
             * @memberof atoll.v1.PayloadHeader
             * @instance
             */
            PayloadHeader.prototype.parentHash = $util.newBuffer([]);

            /**
             * PayloadHeader feeRecipient.
             * @member {Uint8Array} feeRecipient
             * @memberof atoll.v1.PayloadHeader
             * @instance
             */
            PayloadHeader.prototype.feeRecipient = $util.newBuffer([]);

            /**
             * PayloadHeader stateRoot.
             * @member {Uint8Array} stateRoot
             * @memberof atoll.v1.PayloadHeader
             * @instance
             */
            PayloadHeader.prototype.stateRoot = $util.newBuffer([]);

            /**
             * PayloadHeader receiptsRoot.
             * @member {Uint8Array} receiptsRoot
             * @memberof atoll.v1.PayloadHeader
             * @instance
             */
            PayloadHeader.prototype.receiptsRoot = $util.newBuffer([]);

            /**
             * PayloadHeader logsBloom.
             * @member {Uint8Array} logsBloom
             * @memberof atoll.v1.PayloadHeader
             * @instance
             */
            PayloadHeader.prototype.logsBloom = $util.newBuffer([]);

            /**
             * PayloadHeader prevRandao.
             * @member {Uint8Array} prevRandao
             * @memberof atoll.v1.PayloadHeader
             * @instance
             */
            PayloadHeader.prototype.prevRandao = $util.newBuffer([]);

            /**
             * PayloadHeader number.
             * @member {Long} number
             * @memberof atoll.v1.PayloadHeader
             * @instance
             */
            PayloadHeader.prototype.number = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PayloadHeader gasLimit.
             * @member {Long} gasLimit
             * @memberof atoll.v1.PayloadHeader
             * @instance
             */
            PayloadHeader.prototype.gasLimit = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PayloadHeader gasUsed.
             * @member {Long} gasUsed
             * @memberof atoll.v1.PayloadHeader
             * @instance
             */
            PayloadHeader.prototype.gasUsed = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PayloadHeader timestamp.
             * @member {Long} timestamp
             * @memberof atoll.v1.PayloadHeader
             * @instance
             */
            PayloadHeader.prototype.timestamp = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PayloadHeader extraData.
             * @member {Uint8Array} extraData
             * @memberof atoll.v1.PayloadHeader
             * @instance
             */
            PayloadHeader.prototype.extraData = $util.newBuffer([]);

            /**
             * PayloadHeader baseFeePerGas.
             * @member {Uint8Array} baseFeePerGas
             * @memberof atoll.v1.PayloadHeader
             * @instance
             */
            PayloadHeader.prototype.baseFeePerGas = $util.newBuffer([]);

            /**
             * PayloadHeader withdrawals.
             * @member {boolean} withdrawals
             * @memberof atoll.v1.PayloadHeader
             * @instance
             */
            PayloadHeader.prototype.withdrawals = false;

            /**
             * PayloadHeader blobGasUsed.
             * @member {Long|null|undefined} blobGasUsed
             * @memberof atoll.v1.PayloadHeader
             * @instance
             */
            PayloadHeader.prototype.blobGasUsed = null;

            /**
             * PayloadHeader excessBlobGas.
             * @member {Long|null|undefined} excessBlobGas
             * @memberof atoll.v1.PayloadHeader
             * @instance
             */
            PayloadHeader.prototype.excessBlobGas = null;

            /**
             * PayloadHeader parentBeaconBlockRoot.
             * @member {Uint8Array|null|undefined} parentBeaconBlockRoot
             * @memberof atoll.v1.PayloadHeader
             * @instance
             */
            PayloadHeader.prototype.parentBeaconBlockRoot = null;

            /**
             * PayloadHeader withdrawalsRoot.
             * @member {Uint8Array|null|undefined} withdrawalsRoot
             * @memberof atoll.v1.PayloadHeader
             * @instance
             */
            PayloadHeader.prototype.withdrawalsRoot = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadHeader.prototype, "_blobGasUsed", {
                get: $util.oneOfGetter($oneOfFields = ["blobGasUsed"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadHeader.prototype, "_excessBlobGas", {
                get: $util.oneOfGetter($oneOfFields = ["excessBlobGas"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadHeader.prototype, "_parentBeaconBlockRoot", {
                get: $util.oneOfGetter($oneOfFields = ["parentBeaconBlockRoot"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadHeader.prototype, "_withdrawalsRoot", {
                get: $util.oneOfGetter($oneOfFields = ["withdrawalsRoot"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified PayloadHeader message. Does not implicitly {@link atoll.v1.PayloadHeader.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.PayloadHeader
             * @static
             * @param {atoll.v1.PayloadHeader.$Properties} message PayloadHeader message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PayloadHeader.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.blockHash != null && $Object.hasOwnProperty.call(message, "blockHash") && message.blockHash.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.blockHash);
                if (message.parentHash != null && $Object.hasOwnProperty.call(message, "parentHash") && message.parentHash.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.parentHash);
                if (message.feeRecipient != null && $Object.hasOwnProperty.call(message, "feeRecipient") && message.feeRecipient.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.feeRecipient);
                if (message.stateRoot != null && $Object.hasOwnProperty.call(message, "stateRoot") && message.stateRoot.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.stateRoot);
                if (message.receiptsRoot != null && $Object.hasOwnProperty.call(message, "receiptsRoot") && message.receiptsRoot.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).bytes(message.receiptsRoot);
                if (message.logsBloom != null && $Object.hasOwnProperty.call(message, "logsBloom") && message.logsBloom.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.logsBloom);
                if (message.prevRandao != null && $Object.hasOwnProperty.call(message, "prevRandao") && message.prevRandao.length)
                    writer.uint32(/* id 7, wireType 2 =*/58).bytes(message.prevRandao);
                if (message.number != null && $Object.hasOwnProperty.call(message, "number") && (typeof message.number === "object" ? message.number.low || message.number.high : message.number !== 0))
                    writer.uint32(/* id 8, wireType 0 =*/64).uint64(message.number);
                if (message.gasLimit != null && $Object.hasOwnProperty.call(message, "gasLimit") && (typeof message.gasLimit === "object" ? message.gasLimit.low || message.gasLimit.high : message.gasLimit !== 0))
                    writer.uint32(/* id 9, wireType 0 =*/72).uint64(message.gasLimit);
                if (message.gasUsed != null && $Object.hasOwnProperty.call(message, "gasUsed") && (typeof message.gasUsed === "object" ? message.gasUsed.low || message.gasUsed.high : message.gasUsed !== 0))
                    writer.uint32(/* id 10, wireType 0 =*/80).uint64(message.gasUsed);
                if (message.timestamp != null && $Object.hasOwnProperty.call(message, "timestamp") && (typeof message.timestamp === "object" ? message.timestamp.low || message.timestamp.high : message.timestamp !== 0))
                    writer.uint32(/* id 11, wireType 0 =*/88).uint64(message.timestamp);
                if (message.extraData != null && $Object.hasOwnProperty.call(message, "extraData") && message.extraData.length)
                    writer.uint32(/* id 12, wireType 2 =*/98).bytes(message.extraData);
                if (message.baseFeePerGas != null && $Object.hasOwnProperty.call(message, "baseFeePerGas") && message.baseFeePerGas.length)
                    writer.uint32(/* id 13, wireType 2 =*/106).bytes(message.baseFeePerGas);
                if (message.withdrawals != null && $Object.hasOwnProperty.call(message, "withdrawals") && message.withdrawals !== false)
                    writer.uint32(/* id 14, wireType 0 =*/112).bool(message.withdrawals);
                if (message.blobGasUsed != null && $Object.hasOwnProperty.call(message, "blobGasUsed"))
                    writer.uint32(/* id 15, wireType 0 =*/120).uint64(message.blobGasUsed);
                if (message.excessBlobGas != null && $Object.hasOwnProperty.call(message, "excessBlobGas"))
                    writer.uint32(/* id 16, wireType 0 =*/128).uint64(message.excessBlobGas);
                if (message.parentBeaconBlockRoot != null && $Object.hasOwnProperty.call(message, "parentBeaconBlockRoot"))
                    writer.uint32(/* id 17, wireType 2 =*/138).bytes(message.parentBeaconBlockRoot);
                if (message.withdrawalsRoot != null && $Object.hasOwnProperty.call(message, "withdrawalsRoot"))
                    writer.uint32(/* id 18, wireType 2 =*/146).bytes(message.withdrawalsRoot);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PayloadHeader message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.PayloadHeader
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.PayloadHeader & atoll.v1.PayloadHeader.$Shape} PayloadHeader
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PayloadHeader.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.PayloadHeader();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.blockHash = value;
                            else
                                delete message.blockHash;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.parentHash = value;
                            else
                                delete message.parentHash;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.feeRecipient = value;
                            else
                                delete message.feeRecipient;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.stateRoot = value;
                            else
                                delete message.stateRoot;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.receiptsRoot = value;
                            else
                                delete message.receiptsRoot;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.logsBloom = value;
                            else
                                delete message.logsBloom;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.prevRandao = value;
                            else
                                delete message.prevRandao;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.number = value;
                            else
                                delete message.number;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.gasLimit = value;
                            else
                                delete message.gasLimit;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.gasUsed = value;
                            else
                                delete message.gasUsed;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.timestamp = value;
                            else
                                delete message.timestamp;
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.extraData = value;
                            else
                                delete message.extraData;
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.baseFeePerGas = value;
                            else
                                delete message.baseFeePerGas;
                            continue;
                        }
                    case 14: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.withdrawals = value;
                            else
                                delete message.withdrawals;
                            continue;
                        }
                    case 15: {
                            if (wireType !== 0)
                                break;
                            message.blobGasUsed = reader.uint64();
                            message._blobGasUsed = "blobGasUsed";
                            continue;
                        }
                    case 16: {
                            if (wireType !== 0)
                                break;
                            message.excessBlobGas = reader.uint64();
                            message._excessBlobGas = "excessBlobGas";
                            continue;
                        }
                    case 17: {
                            if (wireType !== 2)
                                break;
                            message.parentBeaconBlockRoot = reader.bytes();
                            message._parentBeaconBlockRoot = "parentBeaconBlockRoot";
                            continue;
                        }
                    case 18: {
                            if (wireType !== 2)
                                break;
                            message.withdrawalsRoot = reader.bytes();
                            message._withdrawalsRoot = "withdrawalsRoot";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PayloadHeader;
        })();

        v1.Payload = (function() {

            /**
             * Properties of a Payload.
             * @typedef {Object} atoll.v1.Payload.$Properties
             * @property {atoll.v1.PayloadHeader.$Properties|null} [header] Payload header
             * @property {Array.<Uint8Array>|null} [transactions] Payload transactions
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Payload.
             * @memberof atoll.v1
             * @interface IPayload
             * @augments atoll.v1.Payload.$Properties
             * @deprecated Use atoll.v1.Payload.$Properties instead.
             */

            /**
             * Shape of a Payload.
             * @typedef {atoll.v1.Payload.$Properties} atoll.v1.Payload.$Shape
             */

            /**
             * Constructs a new Payload.
             * @memberof atoll.v1
             * @classdesc Represents a Payload.
             * @constructor
             * @param {atoll.v1.Payload.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Payload = function (properties) {
                this.transactions = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Payload header.
             * @member {atoll.v1.PayloadHeader.$Properties|null|undefined} header
             * @memberof atoll.v1.Payload
             * @instance
             */
            Payload.prototype.header = null;

            /**
             * Payload transactions.
             * @member {Array.<Uint8Array>} transactions
             * @memberof atoll.v1.Payload
             * @instance
             */
            Payload.prototype.transactions = $util.emptyArray;

            /**
             * Encodes the specified Payload message. Does not implicitly {@link atoll.v1.Payload.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.Payload
             * @static
             * @param {atoll.v1.Payload.$Properties} message Payload message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Payload.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.header != null && $Object.hasOwnProperty.call(message, "header"))
                    $root.atoll.v1.PayloadHeader.encode(message.header, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.transactions != null && message.transactions.length)
                    for (let i = 0; i < message.transactions.length; ++i)
                        writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.transactions[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Payload message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.Payload
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.Payload & atoll.v1.Payload.$Shape} Payload
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Payload.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.Payload();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.header = $root.atoll.v1.PayloadHeader.decode(reader, reader.size(), $undefined, _depth + 1, message.header);
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.transactions && message.transactions.length))
                                message.transactions = [];
                            message.transactions.push(reader.bytes());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Payload;
        })();

        v1.AccountProof = (function() {

            /**
             * Properties of an AccountProof.
             * @typedef {Object} atoll.v1.AccountProof.$Properties
             * @property {Uint8Array|null} [stateRoot] AccountProof stateRoot
             * @property {Uint8Array|null} [address] AccountProof address
             * @property {Uint8Array|null} [storageHash] AccountProof storageHash
             * @property {Uint8Array|null} [codeHash] AccountProof codeHash
             * @property {Long|null} [nonce] AccountProof nonce
             * @property {Uint8Array|null} [balance] AccountProof balance
             * @property {Array.<Uint8Array>|null} [proof] AccountProof proof
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an AccountProof.
             * @memberof atoll.v1
             * @interface IAccountProof
             * @augments atoll.v1.AccountProof.$Properties
             * @deprecated Use atoll.v1.AccountProof.$Properties instead.
             */

            /**
             * Shape of an AccountProof.
             * @typedef {atoll.v1.AccountProof.$Properties} atoll.v1.AccountProof.$Shape
             */

            /**
             * Constructs a new AccountProof.
             * @memberof atoll.v1
             * @classdesc Represents an AccountProof.
             * @constructor
             * @param {atoll.v1.AccountProof.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const AccountProof = function (properties) {
                this.proof = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * AccountProof stateRoot.
             * @member {Uint8Array} stateRoot
             * @memberof atoll.v1.AccountProof
             * @instance
             */
            AccountProof.prototype.stateRoot = $util.newBuffer([]);

            /**
             * AccountProof address.
             * @member {Uint8Array} address
             * @memberof atoll.v1.AccountProof
             * @instance
             */
            AccountProof.prototype.address = $util.newBuffer([]);

            /**
             * AccountProof storageHash.
             * @member {Uint8Array} storageHash
             * @memberof atoll.v1.AccountProof
             * @instance
             */
            AccountProof.prototype.storageHash = $util.newBuffer([]);

            /**
             * AccountProof codeHash.
             * @member {Uint8Array} codeHash
             * @memberof atoll.v1.AccountProof
             * @instance
             */
            AccountProof.prototype.codeHash = $util.newBuffer([]);

            /**
             * AccountProof nonce.
             * @member {Long} nonce
             * @memberof atoll.v1.AccountProof
             * @instance
             */
            AccountProof.prototype.nonce = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * AccountProof balance.
             * @member {Uint8Array} balance
             * @memberof atoll.v1.AccountProof
             * @instance
             */
            AccountProof.prototype.balance = $util.newBuffer([]);

            /**
             * AccountProof proof.
             * @member {Array.<Uint8Array>} proof
             * @memberof atoll.v1.AccountProof
             * @instance
             */
            AccountProof.prototype.proof = $util.emptyArray;

            /**
             * Encodes the specified AccountProof message. Does not implicitly {@link atoll.v1.AccountProof.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.AccountProof
             * @static
             * @param {atoll.v1.AccountProof.$Properties} message AccountProof message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            AccountProof.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stateRoot != null && $Object.hasOwnProperty.call(message, "stateRoot") && message.stateRoot.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.stateRoot);
                if (message.address != null && $Object.hasOwnProperty.call(message, "address") && message.address.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.address);
                if (message.storageHash != null && $Object.hasOwnProperty.call(message, "storageHash") && message.storageHash.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.storageHash);
                if (message.codeHash != null && $Object.hasOwnProperty.call(message, "codeHash") && message.codeHash.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.codeHash);
                if (message.nonce != null && $Object.hasOwnProperty.call(message, "nonce") && (typeof message.nonce === "object" ? message.nonce.low || message.nonce.high : message.nonce !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.nonce);
                if (message.balance != null && $Object.hasOwnProperty.call(message, "balance") && message.balance.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.balance);
                if (message.proof != null && message.proof.length)
                    for (let i = 0; i < message.proof.length; ++i)
                        writer.uint32(/* id 7, wireType 2 =*/58).bytes(message.proof[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an AccountProof message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.AccountProof
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.AccountProof & atoll.v1.AccountProof.$Shape} AccountProof
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            AccountProof.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.AccountProof();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.stateRoot = value;
                            else
                                delete message.stateRoot;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.address = value;
                            else
                                delete message.address;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.storageHash = value;
                            else
                                delete message.storageHash;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.codeHash = value;
                            else
                                delete message.codeHash;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.nonce = value;
                            else
                                delete message.nonce;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.balance = value;
                            else
                                delete message.balance;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if (!(message.proof && message.proof.length))
                                message.proof = [];
                            message.proof.push(reader.bytes());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return AccountProof;
        })();

        v1.ReceivedPayload = (function() {

            /**
             * Properties of a ReceivedPayload.
             * @typedef {Object} atoll.v1.ReceivedPayload.$Properties
             * @property {atoll.v1.Payload.$Properties|null} [payload] ReceivedPayload payload
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ReceivedPayload.
             * @memberof atoll.v1
             * @interface IReceivedPayload
             * @augments atoll.v1.ReceivedPayload.$Properties
             * @deprecated Use atoll.v1.ReceivedPayload.$Properties instead.
             */

            /**
             * Shape of a ReceivedPayload.
             * @typedef {atoll.v1.ReceivedPayload.$Properties} atoll.v1.ReceivedPayload.$Shape
             */

            /**
             * Constructs a new ReceivedPayload.
             * @memberof atoll.v1
             * @classdesc Represents a ReceivedPayload.
             * @constructor
             * @param {atoll.v1.ReceivedPayload.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ReceivedPayload = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ReceivedPayload payload.
             * @member {atoll.v1.Payload.$Properties|null|undefined} payload
             * @memberof atoll.v1.ReceivedPayload
             * @instance
             */
            ReceivedPayload.prototype.payload = null;

            /**
             * Encodes the specified ReceivedPayload message. Does not implicitly {@link atoll.v1.ReceivedPayload.verify|verify} messages.
             * @function encode
             * @memberof atoll.v1.ReceivedPayload
             * @static
             * @param {atoll.v1.ReceivedPayload.$Properties} message ReceivedPayload message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ReceivedPayload.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.payload != null && $Object.hasOwnProperty.call(message, "payload"))
                    $root.atoll.v1.Payload.encode(message.payload, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ReceivedPayload message from the specified reader or buffer.
             * @function decode
             * @memberof atoll.v1.ReceivedPayload
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {atoll.v1.ReceivedPayload & atoll.v1.ReceivedPayload.$Shape} ReceivedPayload
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ReceivedPayload.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.atoll.v1.ReceivedPayload();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.payload = $root.atoll.v1.Payload.decode(reader, reader.size(), $undefined, _depth + 1, message.payload);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ReceivedPayload;
        })();

        return v1;
    })();

    return atoll;
})();

export {
  $root as default
};
