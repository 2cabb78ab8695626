// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// The deposit contract of a development rollup: it emits the event from which nodes derive deposits.
/// It has no withdrawals and no fee market. Spec: protocol/deposits.md#deposit-contract
contract Portal {
    event TransactionDeposited(address indexed from, address indexed to, uint256 indexed version, bytes opaqueData);

    error BadTarget();
    error GasLimitTooLow();
    error DataTooLong();

    /// Added to the address of a contract that deposits, so that it cannot act as the account with its address on L2.
    uint160 constant ALIAS_OFFSET = uint160(0x1111000000000000000000000000000000001111);

    uint64 constant RECEIVE_GAS_LIMIT = 100_000;

    /// Deposits the ether that is sent, to the same account on L2.
    receive() external payable {
        depositTransaction(msg.sender, msg.value, RECEIVE_GAS_LIMIT, false, "");
    }

    /// Deposits a transaction. The ether that is sent is minted on L2 for the sender; `value` of it goes to `to`.
    function depositTransaction(address to, uint256 value, uint64 gasLimit, bool isCreation, bytes memory data) public payable {
        if (isCreation && to != address(0)) revert BadTarget();
        if (gasLimit < 21_000 + 40 * uint64(data.length)) revert GasLimitTooLow();
        if (data.length > 120_000) revert DataTooLong();
        address from = msg.sender;
        if (from != tx.origin) {
            unchecked {
                from = address(uint160(from) + ALIAS_OFFSET);
            }
        }
        emit TransactionDeposited(from, to, 0, abi.encodePacked(msg.value, value, gasLimit, isCreation, data));
    }
}
