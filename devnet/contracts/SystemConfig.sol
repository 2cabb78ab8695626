// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// The system config of a development rollup: its owner changes the settings that nodes derive from events.
/// Spec: protocol/system-config.md
contract SystemConfig {
    /// Kinds of a change. Spec: protocol/system-config.md#configupdate
    enum UpdateType {
        BATCHER,
        FEE_SCALARS,
        GAS_LIMIT,
        UNSAFE_BLOCK_SIGNER,
        EIP_1559_PARAMS,
        OPERATOR_FEE_PARAMS,
        MIN_BASE_FEE,
        DA_FOOTPRINT_GAS_SCALAR
    }

    event ConfigUpdate(uint256 indexed version, UpdateType indexed updateType, bytes data);

    error NotOwner();

    /// Nodes read the signer from this slot. Spec: protocol/system-config.md#unsafeblocksigner-address
    bytes32 constant UNSAFE_BLOCK_SIGNER_SLOT = bytes32(uint256(keccak256("systemconfig.unsafeblocksigner")));

    address public immutable owner;

    constructor(address owner_, address unsafeBlockSigner) {
        owner = owner_;
        storeSigner(unsafeBlockSigner);
    }

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner();
        _;
    }

    function setBatcherHash(bytes32 batcherHash) external onlyOwner {
        emit ConfigUpdate(0, UpdateType.BATCHER, abi.encode(batcherHash));
    }

    /// Sets the fee scalars in the form of Ecotone: a version byte 1, and both scalars in the last 8 bytes.
    function setFeeScalars(uint32 baseFeeScalar, uint32 blobBaseFeeScalar) external onlyOwner {
        uint256 scalar = (uint256(1) << 248) | (uint256(blobBaseFeeScalar) << 32) | baseFeeScalar;
        emit ConfigUpdate(0, UpdateType.FEE_SCALARS, abi.encode(uint256(0), scalar));
    }

    function setGasLimit(uint64 gasLimit) external onlyOwner {
        emit ConfigUpdate(0, UpdateType.GAS_LIMIT, abi.encode(gasLimit));
    }

    function setUnsafeBlockSigner(address unsafeBlockSigner) external onlyOwner {
        storeSigner(unsafeBlockSigner);
        emit ConfigUpdate(0, UpdateType.UNSAFE_BLOCK_SIGNER, abi.encode(unsafeBlockSigner));
    }

    function setEip1559Params(uint32 denominator, uint32 elasticity) external onlyOwner {
        emit ConfigUpdate(0, UpdateType.EIP_1559_PARAMS, abi.encode((uint256(denominator) << 32) | elasticity));
    }

    function setOperatorFee(uint32 scalar, uint64 constant_) external onlyOwner {
        emit ConfigUpdate(0, UpdateType.OPERATOR_FEE_PARAMS, abi.encode((uint256(scalar) << 64) | constant_));
    }

    function setMinBaseFee(uint64 minBaseFee) external onlyOwner {
        emit ConfigUpdate(0, UpdateType.MIN_BASE_FEE, abi.encode(minBaseFee));
    }

    function setDaFootprintGasScalar(uint16 daFootprintGasScalar) external onlyOwner {
        emit ConfigUpdate(0, UpdateType.DA_FOOTPRINT_GAS_SCALAR, abi.encode(daFootprintGasScalar));
    }

    function storeSigner(address unsafeBlockSigner) private {
        bytes32 slot = UNSAFE_BLOCK_SIGNER_SLOT;
        assembly {
            sstore(slot, unsafeBlockSigner)
        }
    }
}
